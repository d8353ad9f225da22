#include "simulation/game.hpp"

#include <numeric>

namespace bearer::sim {

outcome game::play_all(std::uint64_t seed, bool with_trace) const {
  return play(seed, all_places(length(seed)), with_trace);
}

places all_places(std::size_t length) {
  auto result = places(length);
  std::iota(result.begin(), result.end(), std::size_t{0});
  return result;
}

} // namespace bearer::sim
