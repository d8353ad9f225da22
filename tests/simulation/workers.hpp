#pragma once

#include "simulation/game.hpp"

#include <cstdint>
#include <optional>

namespace bearer::sim {

/// What came of many scenarios.
struct harvest {
  /// How many were played to their end.
  std::uint64_t played = 0;

  /// The lowest number of those with a fault.
  std::optional<std::uint64_t> faulty;

  /// What is wrong with it; none if the process that played it crashed, or did
  /// not come to an end.
  std::optional<spec::fault> fault;
  bool endless = false;

  coverage reached;
};

/// Plays the scenarios from `first` on in `jobs` processes; CAF's virtual time
/// knows one system at a time. Stops at the first fault. Shows its progress on
/// a terminal.
harvest play_many(const game& what, std::uint64_t first, std::uint64_t count,
                  std::uint64_t jobs);

} // namespace bearer::sim
