#pragma once

#include <bearer/bearer.hpp>
#include <bearer/detail/caf_compat.hpp>

#include "support/client.hpp"
#include "support/scripted_source.hpp"
#include "support/virtual_time.hpp"

#include <caf/event_based_actor.hpp>

#include <memory>
#include <string>
#include <utility>

namespace bearer::test {

/// The defaults without jitter, hence with exact times.
inline renewal_settings exact_settings() {
  auto result = renewal_settings{};
  result.retry_jitter = 0;
  return result;
}

/// A transient failure as a source may report it.
inline caf::error outage() {
  return caf::make_error(errc::command_failed, "outage");
}

/// Options made in one expression: `with([](auto& x) { x.report_error = true;
/// })`.
template <class F>
fetch_options with(F change) {
  auto result = fetch_options{};
  change(result);
  return result;
}

inline fetch_options renew_required() {
  return with([](auto& x) { x.renew_required = true; });
}

inline fetch_options renew_synchronous() {
  return with([](auto& x) { x.renew_synchronous = true; });
}

inline fetch_options report_error() {
  return with([](auto& x) { x.report_error = true; });
}

inline fetch_options timeout(caf::timespan after) {
  return with([after](auto& x) { x.timeout = after; });
}

inline fetch_options newer_than(const generation& what) {
  return with([&what](auto& x) { x.newer_than = what; });
}

/// A bearer over a scripted source in virtual time. The source leaves its calls
/// open until told otherwise.
struct fixture {
  explicit fixture(const renewal_settings& settings = exact_settings())
    : bearer(
      spawn(time.sys(), source.actor(), settings, {"test", {}, time.clock()})
        .value()) {
    // nop
  }

  /// A token with a secret of its own.
  token fresh_token(caf::timespan lifetime) {
    return make_token(next_secret(), time.wall(), lifetime);
  }

  token fresh_token() {
    return make_token(next_secret());
  }

  /// From now on the source brings a new token with each call.
  void source_issues(caf::timespan lifetime) {
    source.replies([this, lifetime](const attempt&) {
      return caf::expected<token>{fresh_token(lifetime)};
    });
  }

  /// The same with tokens that do not expire.
  void source_issues() {
    source.replies(
      [this](const attempt&) { return caf::expected<token>{fresh_token()}; });
  }

  void source_fails() {
    source.replies_with(outage());
  }

  /// Fetches and delivers all messages.
  pending_fetch fetch(const fetch_options& opts = {}) {
    auto result = test::fetch(bearer, opts);
    time.settle();
    return result;
  }

  void reject(const token& what) {
    bearer.reject(what.generation);
    time.settle();
  }

  /// Asks without blocking, which virtual time would not survive.
  bearer::status status() {
    auto result = std::make_shared<bearer::status>();
    time.sys().spawn(
      [result, to = bearer.actor()](caf::event_based_actor* self) {
        detail::mail(self, status_atom_v)
          .request(to, caf::infinite)
          .then([result](const bearer::status& x) { *result = x; });
      });
    time.settle();
    return *result;
  }

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

  int secrets_ = 0;
};

/// The secret of a token, for comparisons.
inline std::string text(const token& x) {
  return std::string{x.access_token.view()};
}

} // namespace bearer::test
