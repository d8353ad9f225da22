#include "simulation/shrink.hpp"

#include <algorithm>
#include <numeric>

namespace bearer::sim {

namespace {

using places = std::vector<std::size_t>;

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

scenario only(const scenario& what, const std::vector<std::size_t>& places) {
  auto result = what;
  result.steps.clear();
  for (auto place : places)
    result.steps.push_back(what.steps.at(place));
  return result;
}

std::vector<std::size_t>
shrink(const scenario& what,
       const std::function<bool(const scenario&)>& still_fails) {
  auto kept = places(what.steps.size());
  std::iota(kept.begin(), kept.end(), std::size_t{0});
  // Large pieces first; a piece that went may let others go.
  auto piece = kept.size();
  while (piece > 0) {
    auto went = false;
    for (std::size_t i = 0; i < kept.size();) {
      const auto fewer = without(kept, i, piece);
      if (still_fails(only(what, fewer))) {
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
