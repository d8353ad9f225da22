#pragma once

#include <bearer/event.hpp>

#include "simulation/step.hpp"

#include <string>

namespace bearer::sim {

/// What kind of step it is.
std::string name_of(const step& what);

/// What kind of event it is.
std::string name_of(const event& what);

} // namespace bearer::sim
