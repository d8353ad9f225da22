#pragma once

#include <caf/timespan.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>

/// Arithmetic on time points that stays at the ends of the range instead of
/// overflowing: lifetimes of "for ever" and infinite budgets are ordinary
/// input.
namespace bearer::detail {

/// `when + delay`, saturating.
template <class TimePoint>
TimePoint saturating_add(TimePoint when, caf::timespan delay) noexcept {
  const auto since
    = std::chrono::duration_cast<caf::timespan>(when.time_since_epoch());
  if (delay.count() > 0 && since > caf::timespan::max() - delay)
    return TimePoint::max();
  if (delay.count() < 0 && since < caf::timespan::min() - delay)
    return TimePoint::min();
  return when + delay;
}

/// `to - from`, saturating.
template <class TimePoint>
caf::timespan saturating_distance(TimePoint from, TimePoint to) noexcept {
  const auto start = from.time_since_epoch().count();
  const auto end = to.time_since_epoch().count();
  if (start < 0 && end > caf::timespan::max().count() + start)
    return caf::timespan::max();
  if (start > 0 && end < caf::timespan::min().count() + start)
    return caf::timespan::min();
  return caf::timespan{end - start};
}

/// The part `fraction` of `whole`, to the nearest nanosecond; fractions may be
/// above 1 and infinite.
inline caf::timespan scale(caf::timespan whole, double fraction) noexcept {
  constexpr auto limit = static_cast<double>(caf::timespan::max().count());
  const auto result = static_cast<double>(whole.count()) * fraction;
  if (!(result < limit))
    return caf::timespan::max();
  return caf::timespan{static_cast<caf::timespan::rep>(std::nearbyint(result))};
}

/// Bounds a timeout that goes to CAF: its clock adds without a look at the end
/// of the range.
inline caf::timespan schedulable(caf::timespan timeout) noexcept {
  constexpr auto limit = std::chrono::hours{24 * 365};
  return std::clamp<caf::timespan>(timeout, caf::timespan{0}, limit);
}

} // namespace bearer::detail
