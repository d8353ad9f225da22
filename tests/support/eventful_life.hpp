#pragma once

#include <caf/actor_system.hpp>

#include <string>

namespace bearer::test {

/// Lets a bearer have a life with everything in it, whose tokens are the
/// canary.
/// @returns all that it and its events have said.
std::string live_eventfully(caf::actor_system& sys);

} // namespace bearer::test
