#pragma once

#include <bearer/event.hpp>

#include "simulation/step.hpp"

#include <string>
#include <vector>

namespace bearer::sim {

/// What kind of step it is.
std::string name_of(const step& what);

/// What kind of event it is.
std::string name_of(const event& what);

/// The names of all steps and events.
std::vector<std::string> names();

} // namespace bearer::sim
