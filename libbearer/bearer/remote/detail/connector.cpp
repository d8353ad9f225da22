#include <bearer/detail/caf_compat.hpp>
#include <bearer/remote/detail/connector.hpp>
#include <bearer/remote/detail/doorman.hpp>
#include <bearer/remote/detail/scribe.hpp>

#include <caf/abstract_actor.hpp>
#include <caf/action.hpp>
#include <caf/actor.hpp>
#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <caf/exit_reason.hpp>
#include <caf/io/basp_broker.hpp>
#include <caf/io/doorman.hpp>
#include <caf/io/middleman.hpp>
#include <caf/io/middleman_actor_impl.hpp>
#include <caf/io/scribe.hpp>
#include <caf/sec.hpp>
#include <caf/send.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace bearer::remote::detail {

namespace {

class connector_actor : public caf::io::middleman_actor_impl {
public:
  using super = caf::io::middleman_actor_impl;

  connector_actor(caf::actor_config& cfg, caf::actor broker, transport how)
    : super(cfg, std::move(broker)), how_(how) {
    // nop
  }

  const char* name() const override {
    return "bearer.connector";
  }

  void take_over(const remote::address& where, const held_socket& socket) {
    std::erase_if(offers_, [](const auto& x) { return x.socket.expired(); });
    offers_.push_back({where, socket});
  }

protected:
  caf::expected<caf::io::scribe_ptr> connect(const std::string& host,
                                             std::uint16_t port) override {
    const auto fd = take({host, port});
    if (fd < 0)
      return caf::make_error(caf::sec::cannot_connect_to_node);
    return make_scribe(system(), how_, fd, role::client);
  }

  caf::expected<caf::io::doorman_ptr> open(std::uint16_t port, const char* at,
                                           bool reuse) override {
    return make_doorman(system(), how_, port, at, reuse);
  }

private:
  struct offer {
    remote::address where;

    /// Whoever has handed it over keeps it meanwhile.
    std::weak_ptr<owned_socket> socket;
  };

  /// The last one that is there still; -1 if there is none.
  int take(const remote::address& where) {
    for (auto i = offers_.rbegin(); i != offers_.rend(); ++i)
      if (i->where == where)
        if (const auto socket = i->socket.lock())
          if (const auto fd = socket->release(); fd >= 0)
            return fd;
    return -1;
  }

  transport how_;
  std::vector<offer> offers_;
};

caf::actor spawn_connector(caf::actor_system& sys, const caf::actor& broker,
                           transport how) {
  if (how == transport::plain)
    return caf::actor_cast<caf::actor>(
      sys.spawn<connector_actor, caf::hidden>(broker, how));
  // On a thread of its own, because TLS reads keys and certificates from files.
  return caf::actor_cast<caf::actor>(
    sys.spawn<connector_actor, caf::hidden + caf::detached>(broker, how));
}

/// One for each actor system, because CAF's remembers where it is connected.
/// Not in CAF's registry, where peers look up names.
class connectors {
public:
  caf::actor find(caf::actor_system& sys, transport how) {
    const auto which = key{&sys, how};
    auto broker = sys.middleman().named_broker<caf::io::basp_broker>("BASP");
    auto result = caf::actor{};
    {
      const auto guard = std::lock_guard{mutex_};
      auto& known = all_[which];
      if (known)
        return known;
      result = known = spawn_connector(sys, broker, how);
    }
    // Unlocked, because that is at once if the broker has ended already.
    end_with(broker, which);
    return result;
  }

private:
  using key = std::pair<const caf::actor_system*, transport>;

  /// Nobody else ends it, and it has handles of the broker and of its peers.
  void end_with(const caf::actor& broker, const key& which) {
    caf::actor_cast<caf::abstract_actor*>(broker)->attach_functor(
      [this, which] { end(which); });
  }

  void end(const key& which) {
    auto guard = std::unique_lock{mutex_};
    const auto old = all_.extract(which);
    guard.unlock();
    caf::anon_send_exit(old.mapped(), caf::exit_reason::kill);
  }

  std::mutex mutex_;
  std::map<key, caf::actor> all_;
};

caf::actor find_connector(caf::actor_system& sys, transport how) {
  // Never destroyed: an actor system may end after all static objects.
  static auto* all = new connectors;
  return all->find(sys, how);
}

} // namespace

connector connector_of(caf::actor_system& sys, transport how) {
  const auto it = find_connector(sys, how);
  return {caf::actor_cast<caf::io::middleman_actor>(it),
          [it](const address& where, const held_socket& socket) {
            auto* self = dynamic_cast<connector_actor*>(
              caf::actor_cast<caf::abstract_actor*>(it));
            bearer::detail::anon_mail(it, caf::make_action([=] {
                                        // Inside the actor.
                                        self->take_over(where, socket);
                                      }));
          }};
}

} // namespace bearer::remote::detail
