#pragma once

#include <caf/timespan.hpp>

#include <algorithm>
#include <chrono>

namespace bearer::detail {

/// What a source may spend itself of an attempt's budget, so that its own error
/// arrives rather than a timeout: slightly less, and always above zero.
inline caf::timespan inner_budget(caf::timespan budget) noexcept {
  using std::chrono::milliseconds;
  const auto margin = std::clamp<caf::timespan>(budget / 20, milliseconds{1},
                                                milliseconds{250});
  const auto least = std::max(budget / 2, caf::timespan{1});
  return budget > margin ? std::max(budget - margin, least) : least;
}

} // namespace bearer::detail
