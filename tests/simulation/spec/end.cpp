#include "simulation/spec/arithmetic.hpp"
#include "simulation/spec/rules.hpp"

#include <algorithm>

namespace bearer::sim::spec {

namespace {

/// The source gets what is left of the grace.
void check_left(const situation& is, faults& out) {
  const auto& all = is.all;
  if (!all.closed || !all.source_closed
      || all.source_closed->epoch != all.epoch)
    return;
  auto left = [&](caf::timespan begin, caf::timespan now) {
    return std::max(later(begin, all.grace) - now, caf::timespan{0});
  };
  // In a stall the messages may have been under way for long.
  const auto asked = std::max(all.closed->at.steady, all.calm_at.steady);
  const auto most = left(*all.close_arrived,
                         all.stalled() ? asked : is.now.steady);
  out.require(all.left <= most, "I14",
              "the source was given more time than is left of the grace");
  const auto cut_short = all.stopped || all.abandoned;
  out.require(cut_short
                || all.left >= left(all.closed->at.steady, is.now.steady),
              "I14", "the source was given less time than is left");
}

} // namespace

void check_end(const situation& is, faults& out) {
  const auto& all = is.all;
  if (all.stopped || all.abandoned)
    out.require(is.line.stopped(), "I14", "the end was not carried out");
  if (all.closed) {
    if (is.now.steady >= later(*all.close_arrived, all.grace))
      out.require(is.line.stopped() && all.close_answers == all.close_calls,
                  "I14", "a graceful end takes longer than its grace");
    if (is.line.stopped() && all.closed->epoch < all.epoch && !all.stopped
        && !all.abandoned)
      out.require(all.source_killed
                    || all.source_closings
                         == (is.settings.owns_source ? 1U : 0U),
                  "I14", "the source was not closed once, or is not ours");
    // Without an attempt to wait for, it is over at once.
    out.require(is.line.stopped() || is.line.in_flight(), "I14",
                "a graceful end waits for nothing");
    const auto was_dead = all.source_killed
                          && all.source_killed->epoch < all.closed->epoch;
    if (was_dead && !is.line.in_flight())
      out.require(all.close_answers == all.close_calls, "I14",
                  "a graceful end waits for a source that is dead");
  }
  check_left(is, out);
  out.require(all.source_closings <= (all.closed ? 1U : 0U), "I14",
              "the source was closed without need");
}

} // namespace bearer::sim::spec
