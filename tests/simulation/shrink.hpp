#pragma once

#include "simulation/game.hpp"

#include <cstddef>
#include <functional>

namespace bearer::sim {

/// Leaves out as many steps of a scenario as possible.
/// @param still_fails tells whether these steps alone show the fault.
/// @returns the places of the steps that it takes, none of which can be left
///          out alone.
places shrink(std::size_t length,
              const std::function<bool(const places&)>& still_fails);

} // namespace bearer::sim
