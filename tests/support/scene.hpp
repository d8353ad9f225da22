#pragma once

#include <bearer/bearer.hpp>
#include <bearer/detail/caf_compat.hpp>

#include "support/client.hpp"
#include "support/scripted_source.hpp"
#include "support/virtual_time.hpp"

#include <caf/actor_addr.hpp>
#include <caf/actor_cast.hpp>
#include <caf/event_based_actor.hpp>

#include <memory>
#include <string>
#include <type_traits>
#include <variant>
#include <vector>

namespace bearer::test {

/// What came back for one message.
template <class T>
struct replies {
  using value_type = std::conditional_t<std::is_void_v<T>, std::monostate, T>;

  std::vector<value_type> values;
  std::vector<caf::error> errors;

  /// Who sent it.
  caf::actor_addr sender;

  std::size_t size() const {
    return values.size() + errors.size();
  }
};

/// Spawns an actor that sends `xs` to `target` once as a request, and lets go
/// of it at once. Run the system, then look at the result.
/// @tparam T what the target answers with.
template <class T = void, class Handle, class... Ts>
std::shared_ptr<const replies<T>>
ask(caf::actor_system& sys, const Handle& target, Ts... xs) {
  auto result = std::make_shared<replies<T>>();
  sys.spawn([=, to = Handle{target}](caf::event_based_actor* self) mutable {
    auto fail = [self, result](const caf::error& err) {
      result->errors.push_back(err);
      result->sender = caf::actor_cast<caf::actor_addr>(self->current_sender());
    };
    auto request = detail::mail(self, xs...).request(to, caf::infinite);
    if constexpr (std::is_void_v<T>) {
      std::move(request).then([result] { result->values.emplace_back(); },
                              fail);
    } else {
      std::move(request).then(
        [self, result](const T& x) {
          result->values.push_back(x);
          result->sender
            = caf::actor_cast<caf::actor_addr>(self->current_sender());
        },
        fail);
    }
    to = nullptr;
  });
  return result;
}

/// Settings without jitter, so that all times are exact.
inline renewal_settings exact() {
  auto result = renewal_settings{};
  result.retry_jitter = 0;
  return result;
}

/// Options of a fetch that waits for one attempt's outcome.
inline fetch_options synchronous() {
  auto result = fetch_options{};
  result.renew_synchronous = true;
  return result;
}

/// Options of a fetch that wants the next attempt's error.
inline fetch_options reporting() {
  auto result = fetch_options{};
  result.report_error = true;
  return result;
}

/// Options of a fetch that wants a newer token than the current one.
inline fetch_options forced() {
  auto result = fetch_options{};
  result.renew_required = true;
  return result;
}

/// Options of a fetch with this deadline.
inline fetch_options within(caf::timespan timeout) {
  auto result = fetch_options{};
  result.timeout = timeout;
  return result;
}

/// A bearer over a scripted source on virtual time.
class scene {
public:
  explicit scene(const renewal_settings& settings = exact())
    : bearer(*spawn(time.sys(), source.actor(), settings,
                    {"scene", {}, time.clock()})) {
    // nop
  }

  /// From now on the source gives a new token on every call.
  void gives(caf::timespan lifetime) {
    source.replies([this, lifetime](const attempt&) -> scripted_source::reply {
      return fresh(lifetime);
    });
  }

  /// A token that the source has not given before.
  token fresh(caf::timespan lifetime) {
    return make_token("secret-" + std::to_string(++secrets_), time.wall(),
                      lifetime);
  }

  /// From now on the source fails.
  void fails(caf::error err = caf::make_error(errc::command_failed, "outage")) {
    source.replies_with(std::move(err));
  }

  /// A fetch that has gone as far as it gets at the present time.
  pending_fetch fetch(const fetch_options& opts = {}) {
    auto result = test::fetch(bearer, opts);
    time.settle();
    return result;
  }

  /// The state at the present time.
  bearer::status status() {
    auto result = ask<bearer::status>(time.sys(), bearer.actor(),
                                      status_atom_v);
    time.settle();
    return result->values.at(0);
  }

  void reject(const generation& what) {
    bearer.reject(what);
    time.settle();
  }

  void stop() {
    bearer.stop();
    time.settle();
  }

  /// Asks for a graceful end; the result has a value when it is over.
  auto close(caf::timespan grace) {
    auto result = ask(time.sys(), bearer.actor(), close_atom_v, grace);
    time.settle();
    return result;
  }

  /// How often the source was called.
  std::size_t calls() const {
    return source.calls().size();
  }

  virtual_time time;
  scripted_source source{time.sys()};
  handle bearer;

private:
  std::size_t secrets_ = 0;
};

} // namespace bearer::test
