#pragma once

#include "simulation/game.hpp"

namespace bearer::sim {

/// Does what the command line says: plays many scenarios and looks for the
/// shortest that shows the fault of the first that has one, or plays one again.
/// @returns the exit status.
int run_program(int argc, char** argv, const game& what);

} // namespace bearer::sim
