#pragma once

#include <bearer/actors.hpp>

#include <caf/actor.hpp>
#include <caf/actor_system.hpp>

#include "life.hpp"

#include <atomic>
#include <memory>

namespace stress {

/// Spawns an actor that fetches once, for somebody to kill while it waits. It
/// ends by itself if the answer is there first, which it counts like its fetch.
/// @param waits True while it waits for the answer; left at that if it is
///              killed then.
caf::actor spawn_victim(caf::actor_system& sys, std::shared_ptr<life> of,
                        const bearer::receiver_actor& via,
                        std::shared_ptr<std::atomic<bool>> waits);

} // namespace stress
