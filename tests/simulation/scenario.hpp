#pragma once

#include <bearer/renewal_settings.hpp>

#include "simulation/step.hpp"

#include <cstdint>
#include <vector>

namespace bearer::sim {

/// A life of one bearer, from spawn to end.
struct scenario {
  std::uint64_t seed;
  renewal_settings settings;
  std::vector<step> steps;

  /// Whether the source has something to close.
  bool closable = true;
};

/// The scenario that belongs to a number.
scenario make_scenario(std::uint64_t seed);

} // namespace bearer::sim
