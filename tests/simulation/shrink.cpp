#include "simulation/shrink.hpp"

#include <algorithm>

namespace bearer::sim {

namespace {

/// All but `count` of them from `begin` on.
places without(const places& all, std::size_t begin, std::size_t count) {
  auto result = all;
  const auto first = result.begin() + static_cast<std::ptrdiff_t>(begin);
  const auto left = all.size() - begin;
  result.erase(first,
               first + static_cast<std::ptrdiff_t>(std::min(count, left)));
  return result;
}

} // namespace

places shrink(std::size_t length,
              const std::function<bool(const places&)>& still_fails) {
  auto kept = all_places(length);
  // Large pieces first; a piece that went may let others go.
  auto piece = kept.size();
  while (piece > 0) {
    auto went = false;
    for (std::size_t i = 0; i < kept.size();) {
      const auto fewer = without(kept, i, piece);
      if (still_fails(fewer)) {
        kept = fewer;
        went = true;
      } else {
        i += piece;
      }
    }
    if (!went || piece > 1)
      piece /= 2;
  }
  return kept;
}

} // namespace bearer::sim
