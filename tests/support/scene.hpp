#pragma once

#include <bearer/bearer.hpp>
#include <bearer/detail/caf_compat.hpp>

#include "support/client.hpp"
#include "support/scripted_source.hpp"
#include "support/virtual_time.hpp"

#include <caf/actor.hpp>
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

/// A transient failure as a source may report it.
inline caf::error outage() {
  return caf::make_error(errc::command_failed, "outage");
}

/// The secret of a token, for comparisons.
inline std::string text(const token& x) {
  return std::string{x.access_token.view()};
}

/// Options made in one expression:
/// `with([](auto& x) { x.report_error = true; })`.
template <class F>
fetch_options with(F change) {
  auto result = fetch_options{};
  change(result);
  return result;
}

/// Options of a fetch that waits for one attempt's outcome.
inline fetch_options synchronous() {
  return with([](auto& x) { x.renew_synchronous = true; });
}

/// Options of a fetch that wants the next attempt's error.
inline fetch_options reporting() {
  return with([](auto& x) { x.report_error = true; });
}

/// Options of a fetch that wants a newer token than the current one.
inline fetch_options forced() {
  return with([](auto& x) { x.renew_required = true; });
}

/// Options of a fetch that wants a newer token than this generation.
inline fetch_options newer_than(const generation& what) {
  return with([&what](auto& x) { x.newer_than = what; });
}

/// Options of a fetch with this deadline.
inline fetch_options within(caf::timespan timeout) {
  return with([timeout](auto& x) { x.timeout = timeout; });
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

  /// The same with tokens that do not expire.
  void gives() {
    source.replies(
      [this](const attempt&) -> scripted_source::reply { return fresh(); });
  }

  /// A token that the source has not given before.
  token fresh(caf::timespan lifetime) {
    return make_token(next_secret(), time.wall(), lifetime);
  }

  /// The same without an expiry.
  token fresh() {
    return make_token(next_secret());
  }

  /// From now on the source fails.
  void fails(caf::error err = outage()) {
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

  /// The refresher, found out as anybody can: it sends the answers of delegated
  /// messages.
  caf::actor refresher() {
    auto result = ask<bearer::status>(time.sys(), bearer.actor(),
                                      status_atom_v);
    time.settle();
    return caf::actor_cast<caf::actor>(result->sender);
  }

  void reject(const generation& what) {
    bearer.reject(what);
    time.settle();
  }

  void reject(const token& what) {
    reject(what.generation);
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
  std::string next_secret() {
    return "secret-" + std::to_string(++secrets_);
  }

  std::size_t secrets_ = 0;
};

} // namespace bearer::test
