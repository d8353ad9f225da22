#pragma once

#include "simulation/cluster/scenario.hpp"
#include "simulation/outcome.hpp"

namespace bearer::sim::cluster {

/// Plays a scenario, then lets everything be well again and come to its end.
outcome play(const scenario& what, bool with_trace);

} // namespace bearer::sim::cluster
