#include "simulation/spec/arithmetic.hpp"
#include "simulation/spec/rules.hpp"

namespace bearer::sim::spec {

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
      out.require(all.source_closings == 1, "I14",
                  "the source was not closed once");
    // Without an attempt to wait for, it is over at once.
    out.require(is.line.stopped() || is.line.in_flight(), "I14",
                "a graceful end waits for nothing");
  }
  out.require(all.source_closings <= (all.closed ? 1U : 0U), "I14",
              "the source was closed without need");
}

} // namespace bearer::sim::spec
