#include <bearer/detail/caf_compat.hpp>
#include <bearer/detail/thread_memory.hpp>
#include <bearer/error.hpp>
#include <bearer/http/client.hpp>
#include <bearer/http/detail/engine.hpp>
#include <bearer/http/detail/transfer_actor.hpp>

#include <caf/actor_control_block.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <exception>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

namespace bearer::http {

namespace {

/// The shared client of each actor system. Keeps none alive.
class client_table {
public:
  /// The client that is there, or a new one from `spawn`.
  template <class F>
  client_actor find_or(const caf::actor_system& sys, F spawn) {
    // Held meanwhile, lest two threads spawn.
    const auto guard = std::unique_lock{mutex_};
    auto& known = clients_[&sys];
    if (auto ptr = known.second.lock())
      return caf::actor_cast<client_actor>(ptr);
    auto result = client_actor{spawn()};
    known = {result->id(), caf::actor_cast<caf::weak_actor_ptr>(result)};
    return result;
  }

  /// The client with this ID ends. Another one may have its place already.
  void remove(const caf::actor_system& sys, caf::actor_id id) {
    const auto guard = std::unique_lock{mutex_};
    const auto i = clients_.find(&sys);
    if (i != clients_.end() && i->second.first == id)
      clients_.erase(i);
  }

private:
  std::mutex mutex_;
  std::map<const caf::actor_system*,
           std::pair<caf::actor_id, caf::weak_actor_ptr>>
    clients_;
};

client_table& table() {
  static auto result = client_table{};
  return result;
}

class client_state {
public:
  static constexpr auto name = "bearer.http-client";

  explicit client_state(client_actor::pointer self) : self_(self) {
    // nop
  }

  ~client_state() {
    table().remove(self_->system(), self_->id());
  }

  client_actor::behavior_type make_behavior() {
    return {
      [this](fetch_atom, const request& what) { return fetch(what); },
    };
  }

private:
  caf::result<response> fetch(const request& what) {
    try {
      // Held by the transfers as well, which outlive this actor.
      if (!io_)
        io_ = std::make_shared<detail::engine>();
    } catch (const std::exception& ex) {
      return caf::make_error(errc::connection_failed,
                             std::string{"cannot start a thread: "}.append(
                               ex.what()));
    }
    return bearer::detail::mail(self_, fetch_atom_v, what)
      .delegate(detail::spawn_transfer(self_->system(), io_));
  }

  client_actor::pointer self_;
  std::shared_ptr<detail::engine> io_;
};

} // namespace

client_actor shared_client(caf::actor_system& sys) {
  const auto memory = bearer::detail::thread_memory{};
  return table().find_or(sys, [&sys] {
    using impl = caf::stateful_actor<client_state, client_actor::impl>;
    return sys.spawn<impl>();
  });
}

} // namespace bearer::http
