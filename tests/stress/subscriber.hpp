#pragma once

#include <caf/actor_system.hpp>

#include "world.hpp"

#include <cstddef>

namespace stress {

/// Spawns a listener that comes for a while, checks that events are in order,
/// and goes: properly, without a word, or killed.
void spawn_subscriber(caf::actor_system& sys, world& in, std::size_t index);

} // namespace stress
