#pragma once

#include <bearer/renewal_settings.hpp>

#include "simulation/cluster/step.hpp"

#include <cstdint>
#include <vector>

namespace bearer::sim::cluster {

/// A life of an owner and its replicas, which all have the same settings.
struct scenario {
  std::uint64_t seed;
  renewal_settings settings;
  std::vector<step> steps;

  /// Whether replicas have a source of their own, for when no owner is there.
  bool with_fallback;

  /// Whether they know a second owner.
  bool with_second;

  /// Whether a replica may get tokens of several sources.
  bool several_sources() const {
    return with_fallback || with_second;
  }
};

/// The scenario that belongs to a number.
scenario make_scenario(std::uint64_t seed);

} // namespace bearer::sim::cluster
