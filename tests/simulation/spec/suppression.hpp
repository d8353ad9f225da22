#pragma once

#include <bearer/event.hpp>

#include "simulation/spec/faults.hpp"
#include "simulation/spec/rules.hpp"

namespace bearer::sim::spec {

/// Counts the wishes for a renewal that led to no attempt of their own, by
/// cause: whether the bearer counts them (I18), and tells of them as it should,
/// with events of attempts only (I20). What became of a wish may depend on the
/// order of messages; hence there are bounds.
class suppression {
public:
  /// Looks at the epoch that has just come to its calm, after the timeline.
  void judge(const situation& is, faults& out);

private:
  void count(const situation& is);
  void check_events(const record& all, const events::suppressed& known,
                    faults& out);
  void check_status(const events::suppressed& x, faults& out) const;

  events::suppressed least_;
  events::suppressed most_;

  /// The sums of all events.
  events::suppressed told_;
};

} // namespace bearer::sim::spec
