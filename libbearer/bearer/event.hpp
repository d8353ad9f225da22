#pragma once

#include <bearer/attempt.hpp>
#include <bearer/status.hpp>

#include <caf/error.hpp>
#include <caf/timespan.hpp>
#include <caf/timestamp.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace bearer {

namespace events {

/// The refresher called its source.
struct attempt_started {
  /// Counts from 1 since the last success.
  std::uint64_t number = 0;

  /// What the source was told about why it is asked.
  attempt_reason reason = attempt_reason::first;

  /// Fetches that waited for it at its start.
  std::uint64_t waiters = 0;
};

/// @relates attempt_started
template <class Inspector>
bool inspect(Inspector& f, attempt_started& x) {
  return f.object(x).fields(f.field("number", x.number),
                            f.field("reason", x.reason),
                            f.field("waiters", x.waiters));
}

/// How an attempt ended.
enum class outcome : std::uint8_t {
  /// It brought a new token.
  renewed,
  /// It brought the current token again.
  unchanged,
  /// The source failed, or its token is of no use.
  failed,
  /// It took longer than `refresh_request_timeout`.
  given_up,
};

/// The name of the enumerator.
/// @relates outcome
std::string to_string(outcome x);

/// @relates outcome
template <class Inspector>
bool inspect(Inspector& f, outcome& x) {
  return detail::inspect_enum(f, x);
}

/// An attempt is over.
struct attempt_ended {
  /// The number of its `attempt_started`.
  std::uint64_t number = 0;

  /// A success (`renewed`, `unchanged`) or a failure (`failed`, `given_up`).
  outcome how = outcome::renewed;

  /// Why it failed; default-constructed after a success.
  caf::error error = {};

  /// Whether the failure is permanent, hence retried at the cap only.
  bool permanent = false;

  /// Time from this event until the next attempt is due; none if none is
  /// scheduled.
  std::optional<caf::timespan> next_attempt_in = {};
};

/// @relates attempt_ended
template <class Inspector>
bool inspect(Inspector& f, attempt_ended& x) {
  return f.object(x).fields(f.field("number", x.number), f.field("how", x.how),
                            f.field("error", x.error),
                            f.field("permanent", x.permanent),
                            f.field("next_attempt_in", x.next_attempt_in));
}

/// A new token is handed out from now on. The counts of successive events grow
/// strictly.
struct published {
  /// Names the new token.
  bearer::generation generation = {};

  /// Time from this event until the token expires, the margin in which it is
  /// not handed out any more included; none if it does not expire.
  std::optional<caf::timespan> lifetime = {};
};

/// @relates published
template <class Inspector>
bool inspect(Inspector& f, published& x) {
  return f.object(x).fields(f.field("generation", x.generation),
                            f.field("lifetime", x.lifetime));
}

/// A caller said that a server refused the current token, which ends it.
struct rejected {
  /// Names the token that is handed out no more.
  bearer::generation generation = {};
};

/// @relates rejected
template <class Inspector>
bool inspect(Inspector& f, rejected& x) {
  return f.object(x).fields(f.field("generation", x.generation));
}

/// Wishes for a renewal that caused no attempt of their own. Sent together
/// with the next event of an attempt, so that callers cannot drive the rate of
/// events. The sums since the spawn are in `status`.
struct suppressed {
  /// Rejections of a generation that had been replaced already, since the last
  /// event of this kind.
  std::uint64_t stale_rejections = 0;

  /// Wishes that joined an attempt under way, since then.
  std::uint64_t coalesced = 0;

  /// Wishes that the backoff or `initial_retry_timeout` put off, since then.
  std::uint64_t rate_limited = 0;

  friend bool operator==(const suppressed&, const suppressed&) = default;
};

/// @relates suppressed
template <class Inspector>
bool inspect(Inspector& f, suppressed& x) {
  return f.object(x).fields(f.field("stale_rejections", x.stale_rejections),
                            f.field("coalesced", x.coalesced),
                            f.field("rate_limited", x.rate_limited));
}

/// The current token came to the end of its usable time.
struct withdrawn {
  /// Names the token that is handed out no more.
  bearer::generation generation = {};
};

/// @relates withdrawn
template <class Inspector>
bool inspect(Inspector& f, withdrawn& x) {
  return f.object(x).fields(f.field("generation", x.generation));
}

/// The bearer was stopped; no event follows. Who subscribes later gets this
/// event alone.
struct stopped {};

/// @relates stopped
template <class Inspector>
bool inspect(Inspector& f, stopped& x) {
  return f.object(x).fields();
}

} // namespace events

/// Something that happened to a bearer, told to its subscribers in order. A new
/// subscriber gets the `status` first. No event holds a secret.
struct event {
  /// When it happened, by the bearer's wall clock.
  caf::timestamp at;

  /// What happened; a `status` is only the state that a subscriber starts from.
  std::variant<status, events::attempt_started, events::attempt_ended,
               events::published, events::rejected, events::suppressed,
               events::withdrawn, events::stopped>
    what;
};

/// @relates event
template <class Inspector>
bool inspect(Inspector& f, event& x) {
  return f.object(x).fields(f.field("at", x.at), f.field("what", x.what));
}

template <>
struct detail::enum_names<events::outcome> {
  static constexpr auto values = std::to_array<std::string_view>(
    {"renewed", "unchanged", "failed", "given_up"});
};

} // namespace bearer
