#pragma once

#include <caf/actor_clock.hpp>
#include <caf/timestamp.hpp>

#include <algorithm>
#include <optional>

namespace bearer::internal {

/// A point on an actor's own steady clock.
using steady_time = caf::actor_clock::time_point;

/// One look at both clocks.
struct time_reading {
  steady_time steady;
  caf::timestamp wall;
};

/// The earlier one, where there is one.
inline std::optional<steady_time> earlier(std::optional<steady_time> lhs,
                                          std::optional<steady_time> rhs) {
  if (lhs && rhs)
    return std::min(*lhs, *rhs);
  return lhs ? lhs : rhs;
}

} // namespace bearer::internal
