#pragma once

#include <bearer/renewal_settings.hpp>

#include <caf/error.hpp>

#include "simulation/spec/arithmetic.hpp"
#include "simulation/spec/faults.hpp"
#include "simulation/spec/record.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace bearer::sim::spec {

/// A token that was handed out from a moment on.
struct publication {
  generation name;
  token given;
  moment at;
  std::size_t epoch;

  /// Its end on either clock.
  caf::timestamp usable_until;
  caf::timespan usable_until_steady;

  /// The latest of its ends on the wall clock since the last calm: the source
  /// may have said another one.
  caf::timestamp latest_end;

  bool rejected = false;
  bool withdrawn = false;

  /// Whether it may, or must, be handed out at this moment as far as its own
  /// time goes; the two differ by the rounding of its end.
  bool may_last(const moment& now) const;
  bool must_last(const moment& now) const;
};

/// How an attempt ended, and in which epoch.
struct ending {
  std::size_t epoch;
  events::outcome how;
  caf::error error;

  bool success() const {
    return how == events::outcome::renewed || how == events::outcome::unchanged;
  }
};

/// What the refresher says it does, in its order, which is that of the events:
/// checks that each of them is what the design asks for after all the others
/// (I1, I3, I8 to I12, I15), and that nothing is overdue (I10, I11, I13).
class timeline {
public:
  explicit timeline(const renewal_settings& settings) : settings_(settings) {
    // nop
  }

  /// Goes through the epoch that has just come to its calm at `now`.
  void replay(const record& all, const moment& now, faults& out);

  // -- the state at the last calm ---------------------------------------------

  const publication* newest() const;

  const publication* find(std::uint64_t count) const;

  /// The token that is neither rejected nor withdrawn, if any.
  const publication* current() const;

  bool in_flight() const {
    return flight_.has_value();
  }

  bool stopped() const {
    return stopped_;
  }

  std::uint64_t failures() const {
    return failures_;
  }

  std::uint64_t failed_attempts() const {
    return failed_attempts_;
  }

  std::uint64_t attempts() const {
    return attempts_;
  }

  const caf::error& last_error() const {
    return last_error_;
  }

  bool permanent() const {
    return failures_ > 0 && permanent_;
  }

  /// All attempts that have ended.
  const std::vector<ending>& endings() const {
    return endings_;
  }

  /// Whether a wish for a renewal may, or must, keep fetches waiting.
  bool may_hold(const record& all) const;
  bool must_hold(const record& all) const;

  /// When the next attempt starts at the latest; none if it need not.
  std::optional<caf::timespan> due() const {
    return due_latest_;
  }

  /// The same from its earliest time on; points in time, not delays.
  std::optional<bounds> next_start(const moment& now) const;

  /// Whether somebody has wished for an attempt since the last one ended.
  bool wanted() const {
    return wanted_;
  }

private:
  struct flight {
    std::uint64_t number;
    moment start;
    std::size_t call;
  };

  void handle(const record& all, const event& what, const moment& now,
              faults& out);

  /// What the source has heard of the attempt under way; none if it was killed
  /// before it heard of it.
  const call* call_of_flight(const record& all) const;

  void started(const record& all, const events::attempt_started& what,
               const moment& now, faults& out);
  void ended(const record& all, const events::attempt_ended& what,
             const moment& now, faults& out);
  void failed(const events::attempt_ended& what, const call& of,
              const moment& now, faults& out);
  void succeeded(const events::attempt_ended& what, const call& of,
                 const moment& now, faults& out);
  void published(const record& all, const events::published& what,
                 const moment& now, faults& out);
  void rejected(const record& all, const events::rejected& what,
                const moment& now, faults& out);
  void withdrawn(const events::withdrawn& what, const moment& now, faults& out);

  bool is_newest_again(const token& tok) const;

  /// What the design makes of a token; `none` if it is good. Two answers where
  /// rounding decides.
  std::vector<errc> verdicts(const token& tok, const moment& now) const;

  /// The epoch of the last success; 0 if there was none.
  std::size_t last_success() const;

  void check_call(const attempt& heard, const events::attempt_started& what,
                  faults& out) const;
  void check_reason(const record& all, attempt_reason reason,
                    faults& out) const;
  void check_waiters(const record& all, std::uint64_t waiters,
                     faults& out) const;
  bool wall_clock_wants(const moment& now) const;
  void check_start_time(const record& all, const moment& now,
                        faults& out) const;
  bool wished_in_this_epoch(const record& all) const;
  bool ended_in(std::size_t epoch) const;
  void check_calm(const record& all, const moment& now, faults& out);
  void check_flight(const record& all, const moment& now, faults& out) const;
  void check_waiting(const record& all, const moment& now, faults& out);
  void check_wall_clock(const moment& now, faults& out);

  /// The next attempt starts in this interval after `from`, or when the wall
  /// clock says so.
  void schedule(const moment& from, caf::timespan low, caf::timespan high);
  caf::timespan floor_after(caf::timespan when) const;

  /// There is no reason to wait but the floor between attempts.
  void want_now(const moment& now);

  const renewal_settings& settings_;

  std::map<std::uint64_t, publication> publications_;
  std::string rejected_secret_;

  std::optional<flight> flight_;
  std::uint64_t attempts_ = 0;
  std::uint64_t failed_attempts_ = 0;
  std::uint64_t failures_ = 0;
  caf::error last_error_;
  bool permanent_ = false;
  std::vector<ending> endings_;
  std::optional<moment> last_start_;

  /// The next start by the schedule or the backoff.
  std::optional<caf::timespan> due_earliest_;
  std::optional<caf::timespan> due_latest_;
  std::optional<caf::timestamp> due_wall_earliest_;
  std::optional<caf::timestamp> due_wall_latest_;

  /// Since when the wall clock has been past the refresh, or past the end.
  std::optional<caf::timespan> late_by_wall_since_;
  std::optional<caf::timespan> over_by_wall_since_;

  /// The latest wall time that was seen since the last attempt ended.
  caf::timestamp latest_wall_;

  /// A reason to start ahead of the schedule or of the backoff came up since
  /// the last attempt ended.
  bool wanted_ = false;
  bool wanted_ahead_ = false;

  /// The count of the token that was there when the epoch began.
  std::uint64_t had_ = 0;

  /// A success is followed by its publication.
  std::optional<token> to_publish_;

  bool stopped_ = false;
};

} // namespace bearer::sim::spec
