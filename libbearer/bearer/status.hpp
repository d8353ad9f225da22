#pragma once

#include <bearer/detail/enum_names.hpp>
#include <bearer/generation.hpp>
#include <bearer/type_ids.hpp>

#include <caf/error.hpp>
#include <caf/timespan.hpp>
#include <caf/timestamp.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace bearer {

/// How answered fetches ended; each is counted exactly once.
struct fetch_counters {
  /// Answered at once with a fresh token.
  std::uint64_t hits = 0;

  /// Waited and got a token.
  std::uint64_t renewed = 0;

  /// Got an error other than the two below.
  std::uint64_t failed = 0;

  /// Reached the deadline first.
  std::uint64_t timed_out = 0;

  /// Found the bearer stopped or closed, or were waiting when it was.
  std::uint64_t stopped = 0;

  /// Reads without a message that gave a token, which are no fetches. A reader
  /// tells of them when the token changes and at its end.
  std::uint64_t fast_reads = 0;

  /// The number of fetches answered.
  std::uint64_t total() const noexcept {
    return hits + renewed + failed + timed_out + stopped;
  }

  /// Adds every count of `x`.
  fetch_counters& operator+=(const fetch_counters& x) noexcept;

  friend bool operator==(const fetch_counters&, const fetch_counters&)
    = default;
};

/// @relates fetch_counters
template <class Inspector>
bool inspect(Inspector& f, fetch_counters& x) {
  return f.object(x).fields(
    f.field("hits", x.hits), f.field("renewed", x.renewed),
    f.field("failed", x.failed), f.field("timed_out", x.timed_out),
    f.field("stopped", x.stopped), f.field("fast_reads", x.fast_reads));
}

/// What a bearer is doing.
enum class bearer_state : std::uint8_t {
  /// No attempt is under way and none is due: not used yet, or the token needs
  /// no refresh.
  idle,
  /// An attempt is under way.
  attempting,
  /// The next attempt is due at a known time.
  scheduled,
  /// The last attempt failed; the next one is due when the backoff ends.
  backoff,
  /// Closed; the last attempt or the source's end is being waited for.
  closing,
  /// Stopped for good.
  stopped,
};

/// The name of the enumerator.
/// @relates bearer_state
std::string to_string(bearer_state state);

/// @relates bearer_state
template <class Inspector>
bool inspect(Inspector& f, bearer_state& x) {
  return detail::inspect_enum(f, x);
}

/// A snapshot of a bearer, without the secret. All counts but `failures` and
/// `waiters` are sums since the spawn.
struct status {
  /// What the bearer is doing.
  bearer_state state = bearer_state::idle;

  /// The current token's generation; none without a usable token.
  std::optional<generation> current = {};

  /// When the current token expires, as wall time; none without one, or if it
  /// never does.
  std::optional<caf::timestamp> expires_at = {};

  /// Failed attempts since the last success.
  std::uint64_t failures = 0;

  /// Why the last attempt failed; default-constructed after a success.
  caf::error last_error = {};

  /// Time until the next attempt; none while one is under way or none is due.
  std::optional<caf::timespan> next_attempt_in = {};

  /// Fetches that wait for an attempt.
  std::uint64_t waiters = 0;

  /// How the fetches ended that were answered.
  fetch_counters fetches = {};

  /// Attempts started, which is how often the source was called.
  std::uint64_t attempts = 0;

  /// Attempts that failed or were given up.
  std::uint64_t failed_attempts = 0;

  /// Rejections of a generation that had been replaced already.
  std::uint64_t stale_rejections = 0;

  /// Wishes for a renewal that joined an attempt under way.
  std::uint64_t coalesced = 0;

  /// Wishes for a renewal that the backoff or `initial_retry_timeout` put off.
  std::uint64_t rate_limited = 0;
};

/// @relates status
template <class Inspector>
bool inspect(Inspector& f, status& x) {
  return f.object(x).fields(
    f.field("state", x.state), f.field("current", x.current),
    f.field("expires_at", x.expires_at), f.field("failures", x.failures),
    f.field("last_error", x.last_error),
    f.field("next_attempt_in", x.next_attempt_in),
    f.field("waiters", x.waiters), f.field("fetches", x.fetches),
    f.field("attempts", x.attempts),
    f.field("failed_attempts", x.failed_attempts),
    f.field("stale_rejections", x.stale_rejections),
    f.field("coalesced", x.coalesced), f.field("rate_limited", x.rate_limited));
}

template <>
struct detail::enum_names<bearer_state> {
  static constexpr auto values = std::to_array<std::string_view>(
    {"idle", "attempting", "scheduled", "backoff", "closing", "stopped"});
};

} // namespace bearer
