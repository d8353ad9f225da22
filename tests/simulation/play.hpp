#pragma once

#include "simulation/outcome.hpp"
#include "simulation/scenario.hpp"

namespace bearer::sim {

/// Plays a scenario and then lets the source heal and the bearer end, in one of
/// the ways in which bearers do.
outcome play(const scenario& what, bool with_trace = false);

} // namespace bearer::sim
