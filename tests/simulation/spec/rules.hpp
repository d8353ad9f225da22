#pragma once

#include <bearer/renewal_settings.hpp>

#include "simulation/spec/faults.hpp"
#include "simulation/spec/record.hpp"
#include "simulation/spec/timeline.hpp"

#include <optional>

/// What the design says about everything but the refresher's own steps. Each
/// rule looks at the epoch that has just come to its calm, after the timeline
/// has gone through it.
namespace bearer::sim::spec {

struct situation {
  const renewal_settings& settings;
  const record& all;
  const timeline& line;
  moment now;

  /// The token that was there when the epoch began, if any.
  const publication* had = nullptr;

  /// Whether a wish may have kept fetches waiting when the epoch began.
  bool held_before = false;
  bool stopped_before = false;
  bool in_flight_before = false;
  caf::error last_error_before = {};
  std::optional<caf::timespan> due_before = {};

  /// Whether a wish kept every fetch and every read from the token that was
  /// there.
  bool held_throughout() const {
    return had && line.must_hold(all) && !all.ending();
  }
};

/// What those were told who rejected something (I4).
void check_rejections(const situation& is, faults& out);

/// Which answers fetches got, and when (I2 to I7, I12, I14, I16, I17).
void check_answers(const situation& is, faults& out);

/// How many fetches receivers allow (I17).
void check_retries(const situation& is, faults& out);

/// Reads without a message (I2 to I4, I14, I21).
void check_reads(const situation& is, faults& out);

/// What listeners are told (I20).
void check_listeners(const situation& is, faults& out);

/// The state that the bearer shows (I18).
void check_statuses(const situation& is, faults& out);

/// The end (I14).
void check_end(const situation& is, faults& out);

/// When the bearer is to answer this fetch, or the end of time, if it had it as
/// soon as that was sent, or as late as it may have.
caf::timespan deadline_of(const fetch& x, const renewal_settings& settings);
caf::timespan latest_deadline_of(const fetch& x,
                                 const renewal_settings& settings);

/// Whether nothing happened in the epoch before `until` that could change what
/// a fetch gets.
bool is_quiet(const record& all, std::size_t until);

/// Whether `lhs` was seen before `rhs`.
inline bool before(const point& lhs, const point& rhs) {
  return lhs.epoch != rhs.epoch ? lhs.epoch < rhs.epoch
                                : lhs.position < rhs.position;
}

} // namespace bearer::sim::spec
