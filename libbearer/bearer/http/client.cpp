#include <bearer/detail/caf_compat.hpp>
#include <bearer/error.hpp>
#include <bearer/http/client.hpp>
#include <bearer/http/detail/engine.hpp>
#include <bearer/http/url.hpp>

#include <caf/actor_cast.hpp>
#include <caf/actor_control_block.hpp>
#include <caf/disposable.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace bearer::http {

namespace {

using engine_ptr = std::shared_ptr<detail::engine>;

/// Nobody may end a line of the header but us.
bool stays_on_its_line(std::string_view text) noexcept {
  return text.find_first_of(std::string_view{"\r\n\0", 3})
         == std::string_view::npos;
}

caf::error check(const request& what) {
  if (auto err = check_url(what.url, what.connection))
    return err;
  for (const auto& [name, value] : what.fields) {
    if (name.empty() || !stays_on_its_line(name)
        || name.find_first_of(" \t:;") != std::string::npos)
      return caf::make_error(errc::invalid_setting,
                             "header fields: a name is malformed");
    if (!stays_on_its_line(value.view()))
      return caf::make_error(errc::invalid_setting,
                             "header field " + name
                               + ": the value has more than one line");
  }
  return {};
}

/// Serves one request, and ends. An actor of its own, because a parked promise
/// keeps its actor alive, which must not happen to the client.
class transfer_state {
public:
  static constexpr auto name = "bearer.http-transfer";

  transfer_state(client_actor::pointer self, engine_ptr runner)
    : self_(self),
      runner_(std::move(runner)),
      record_(std::make_shared<detail::response_record>()) {
    record_->attach(caf::weak_actor_ptr{self->ctrl()},
                    [this](caf::expected<response> x) { end(std::move(x)); });
  }

  ~transfer_state() {
    record_->detach();
    watch_.dispose();
    if (id_ != 0 && !record_->ended())
      runner_->abort(id_);
  }

  client_actor::behavior_type make_behavior() {
    return {
      [this](fetch_atom, request& what) { return fetch(std::move(what)); },
    };
  }

private:
  caf::result<response> fetch(request what) {
    // A promise takes the sender away.
    auto asker = caf::actor_cast<caf::actor>(self_->current_sender());
    answer_ = self_->make_response_promise<response>();
    auto err = check(what);
    if (err) {
      end(std::move(err));
      return answer_;
    }
    if (asker)
      watch_ = bearer::detail::monitor(self_, asker, [this](const caf::error&) {
        end(caf::make_error(errc::answer_lost, "nobody waits for it"));
      });
    id_ = runner_->start(std::move(what), record_);
    // On 0.18.7 nobody else holds an actor that owes an answer.
    hold_ = client_actor{self_};
    return answer_;
  }

  void end(caf::expected<response> result) {
    if (result)
      answer_.deliver(std::move(*result));
    else
      answer_.deliver(std::move(result.error()));
    hold_ = nullptr;
    self_->quit();
  }

  client_actor::pointer self_;
  engine_ptr runner_;
  std::shared_ptr<detail::response_record> record_;
  std::uint64_t id_ = 0;
  caf::typed_response_promise<response> answer_;
  caf::disposable watch_;
  client_actor hold_;
};

class client_state {
public:
  static constexpr auto name = "bearer.http-client";

  explicit client_state(client_actor::pointer self) : self_(self) {
    // nop
  }

  client_actor::behavior_type make_behavior() {
    return {
      [this](fetch_atom, const request& what) { return fetch(what); },
    };
  }

private:
  caf::result<response> fetch(const request& what) {
    try {
      if (!runner_)
        runner_ = std::make_shared<detail::engine>();
    } catch (const std::system_error& ex) {
      return caf::make_error(errc::connection_failed,
                             "cannot start a thread: " + ex.code().message());
    }
    using impl = caf::stateful_actor<transfer_state, client_actor::impl>;
    auto worker = client_actor{self_->system().spawn<impl>(runner_)};
    return bearer::detail::mail(self_, fetch_atom_v, what).delegate(worker);
  }

  client_actor::pointer self_;
  engine_ptr runner_;
};

/// The clients that live, by actor system.
class client_table {
public:
  client_actor get(caf::actor_system& sys) {
    std::lock_guard guard{mutex_};
    std::erase_if(entries_, [](const auto& x) { return !x.second.lock(); });
    auto& entry = entries_[&sys];
    if (auto known = caf::actor_cast<client_actor>(entry.lock()))
      return known;
    using impl = caf::stateful_actor<client_state, client_actor::impl>;
    auto result = client_actor{sys.spawn<impl>()};
    entry = caf::actor_cast<caf::weak_actor_ptr>(result);
    return result;
  }

private:
  std::mutex mutex_;
  std::map<caf::actor_system*, caf::weak_actor_ptr> entries_;
};

} // namespace

client_actor shared_client(caf::actor_system& sys) {
  static client_table table;
  return table.get(sys);
}

} // namespace bearer::http
