#pragma once

#include "simulation/spec/faults.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace bearer::sim {

/// How often what happened in which state: (state, step or event).
using coverage = std::map<std::pair<std::string, std::string>, std::uint64_t>;

/// What became of a scenario.
struct outcome {
  std::optional<spec::fault> fault;

  /// The step at which the fault was found, or the number of steps.
  std::size_t step = 0;

  /// Everything that was done and seen, if asked for.
  std::string trace;

  coverage reached;
};

} // namespace bearer::sim
