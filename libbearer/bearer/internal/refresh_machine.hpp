#pragma once

#include <bearer/attempt.hpp>
#include <bearer/backoff.hpp>
#include <bearer/event.hpp>
#include <bearer/internal/fetch_terms.hpp>
#include <bearer/internal/time_reading.hpp>
#include <bearer/internal/token_ledger.hpp>
#include <bearer/renewal_settings.hpp>
#include <bearer/status.hpp>
#include <bearer/token.hpp>

#include <caf/error.hpp>
#include <caf/expected.hpp>
#include <caf/timestamp.hpp>

#include <cstdint>
#include <optional>
#include <utility>

namespace bearer::internal {

/// How an attempt ended, for those who wait.
struct attempt_result {
  std::uint64_t number = 0;
  events::outcome how = events::outcome::renewed;
  caf::error error;

  bool success() const noexcept {
    return how == events::outcome::renewed || how == events::outcome::unchanged;
  }
};

/// An answer to a fetch; none means "wait".
using verdict = std::optional<caf::expected<token>>;

/// Decides what the refresher does next: when an attempt starts and why, what
/// its result means, when a token ends, and what a fetch gets. Knows neither
/// actors nor messages nor clocks; time comes in with each call.
class refresh_machine {
public:
  /// @param id the bearer's identity, which its generations carry.
  refresh_machine(const renewal_settings& settings, std::uint64_t id,
                  std::uint64_t jitter_seed);

  // -- wishes -----------------------------------------------------------------

  /// Answers a fetch or, by returning none, sees to it that an attempt comes.
  verdict fetch(const fetch_terms& terms, time_reading now);

  /// Starts work unless there is a usable token.
  void prefetch(time_reading now);

  /// Notes that a server refused generation `count`.
  /// @returns whether this ended the current token.
  bool reject(std::uint64_t count, time_reading now);

  /// Asks for a renewal. Fetches are held until it was tried, unless a backoff
  /// is under way.
  void request_renewal(time_reading now);

  // -- what the source says unasked -------------------------------------------

  /// There is a newer token. That is a new fact, as rare as publications, hence
  /// no backoff keeps it waiting.
  /// @param asked The serial of the attempt that had reached the source last
  ///              when it said so. Later ones bring what it knew then.
  void expect_newer(std::uint64_t asked, time_reading now);

  /// There will be no more news until the source is asked again.
  /// @param asked As above.
  void look_again(std::uint64_t asked, time_reading now);

  /// Servers refuse the token that the source gave under this number.
  /// @returns whether this ended the current token.
  bool reject_given(const generation& number, time_reading now);

  /// What is in the way of that attempt, or has come between the source and us
  /// since it ended; none if nothing is.
  /// @param asked As above.
  void note_obstacle(std::uint64_t asked, caf::error what);

  // -- the passing of time ----------------------------------------------------

  /// Looks at both clocks: brings the refresh forward if the wall clock ran
  /// ahead, and ends a token whose time has come.
  /// @returns the generation that ended.
  std::optional<generation> observe(time_reading now);

  /// Starts the attempt that is due, if any.
  std::optional<attempt> start_if_due(time_reading now);

  /// Whether the attempt under way has used up its time.
  bool overdue(time_reading now) const noexcept;

  /// When to look again, at the latest.
  std::optional<steady_time> next_wakeup() const noexcept;

  // -- the end of an attempt --------------------------------------------------

  /// The source brought a token; whether it is any good shows in the result.
  attempt_result finish(const token& tok, time_reading now);

  /// The source failed.
  attempt_result finish(caf::error err, time_reading now);

  /// The attempt is given up; whatever it brings later changes nothing.
  attempt_result give_up(time_reading now);

  /// What a waiting fetch gets from an attempt that ended like this.
  verdict settle(const fetch_terms& terms, const attempt_result& result,
                 time_reading now) const;

  /// Whether a hold has ended without a new token since the last call, so that
  /// the cache must be told to hand out the current one again.
  bool take_release() noexcept {
    return std::exchange(release_, false);
  }

  /// Ends all work and forgets the token.
  void stop();

  // -- observers --------------------------------------------------------------

  /// Whether fetches wait although the current token is fresh, because a
  /// renewal was requested and is about to be tried.
  bool holding() const noexcept {
    return hold_;
  }

  bool in_flight() const noexcept {
    return flight_.has_value();
  }

  bool usable(time_reading now) const noexcept {
    return tokens_.usable(now);
  }

  /// The published token, empty if it has ended.
  const token& current() const noexcept {
    return tokens_.current();
  }

  /// The end of the newest token on the wall clock.
  caf::timestamp usable_until() const noexcept {
    return tokens_.usable_until();
  }

  /// The end of the published token on the steady clock; the maximum for one
  /// without an end.
  steady_time steady_end() const noexcept {
    return tokens_.steady_end().value_or(steady_time::max());
  }

  /// The generation published last, also if it has ended.
  generation newest() const noexcept {
    return tokens_.newest();
  }

  /// Why there is no token: what the source said last that is in its way, else
  /// how the last attempt failed.
  const caf::error& obstacle() const noexcept {
    return obstacle_ ? obstacle_ : last_error_;
  }

  /// Time until the next attempt; none while one is under way or none is due.
  std::optional<caf::timespan> next_attempt_in(time_reading now) const noexcept;

  /// Fills in everything but waiters and counters of fetches.
  status snapshot(time_reading now) const;

  /// Suppressed wishes that did not come this far.
  void add_suppressed(const events::suppressed& more) noexcept;

  /// Suppressed wishes since the last call.
  events::suppressed take_suppressed() noexcept;

private:
  struct flight {
    std::uint64_t number;
    steady_time deadline;
  };

  attempt_reason reason() const noexcept;

  /// Whether the source's token of this number is one that servers refuse.
  bool is_refused(const generation& given) const noexcept;

  steady_time earliest_start(time_reading now) const noexcept;

  void want_attempt(bool ahead_of_backoff, time_reading now);

  void bring_forward(steady_time when) noexcept;

  /// An attempt has ended during which the source told of something newer.
  void catch_up(time_reading now) noexcept;

  void schedule_refresh(const token& tok, time_reading now);

  attempt_result fail(events::outcome how, caf::error err, time_reading now);

  renewal_settings settings_;
  jitter jitter_;
  token_ledger tokens_;

  /// What the source has said last that servers refuse, by its own number.
  generation refused_;

  /// When the next attempt starts, and when the wall clock wants a refresh.
  std::optional<steady_time> due_;
  std::optional<caf::timestamp> refresh_at_;
  std::optional<steady_time> last_start_;
  std::optional<flight> flight_;
  steady_time next_look_;

  std::uint64_t failures_ = 0;
  caf::error last_error_;

  /// What the source has said of it since the last attempt began or ended.
  caf::error obstacle_;

  bool used_ = false;
  bool stopped_ = false;
  bool hold_ = false;
  bool release_ = false;
  bool newer_wanted_ = false;

  /// After the attempt that is under way.
  bool ask_again_ = false;

  std::uint64_t attempts_ = 0;
  std::uint64_t failed_attempts_ = 0;
  events::suppressed suppressed_;
  events::suppressed reported_;
};

} // namespace bearer::internal
