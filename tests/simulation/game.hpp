#pragma once

#include "simulation/outcome.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace bearer::sim {

/// The places of steps in a scenario.
using places = std::vector<std::size_t>;

/// A scenario with these of its steps only.
template <class Scenario>
Scenario only(const Scenario& what, const places& kept) {
  auto result = what;
  result.steps.clear();
  for (auto place : kept)
    result.steps.push_back(what.steps.at(place));
  return result;
}

/// What is simulated: a scenario for each number.
struct game {
  /// How many steps the scenario of a number has.
  std::function<std::size_t(std::uint64_t seed)> length;

  /// Plays it with these of its steps only.
  std::function<outcome(std::uint64_t seed, const places& kept,
                        bool with_trace)>
    play;

  // The rows of the table of what is reached.
  std::vector<std::string> states;
  std::vector<std::string> names;

  /// With all steps.
  outcome play_all(std::uint64_t seed, bool with_trace) const;
};

/// All places of a scenario of this length.
places all_places(std::size_t length);

} // namespace bearer::sim
