#pragma once

#include "simulation/scenario.hpp"

#include <cstddef>
#include <functional>
#include <vector>

namespace bearer::sim {

/// Leaves out as many steps of a scenario as possible.
/// @param still_fails tells whether a scenario shows the fault.
/// @returns the places of the steps that it takes, none of which can be left
///          out alone.
std::vector<std::size_t>
shrink(const scenario& what,
       const std::function<bool(const scenario&)>& still_fails);

/// The scenario with these of its steps only.
scenario only(const scenario& what, const std::vector<std::size_t>& places);

} // namespace bearer::sim
