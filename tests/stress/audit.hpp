#pragma once

#include "life.hpp"

#include <string>

namespace stress {

/// Compares what a bearer counted with what its users did. Nobody may be using
/// it any more.
/// @returns what does not agree; empty if all does.
std::string audit(const life& of);

} // namespace stress
