#pragma once

#include <caf/actor_system.hpp>

#include "world.hpp"

#include <cstddef>

namespace stress {

/// Spawns an actor that holds a receiver and fetches through it over and over,
/// with options of all kinds, tells about tokens that the server refuses, and
/// has others killed while they wait. Ends when the world does.
/// @param index tells it from the others.
void spawn_client(caf::actor_system& sys, world& in, std::size_t index);

} // namespace stress
