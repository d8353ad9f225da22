#pragma once

#include <caf/actor.hpp>
#include <caf/actor_clock.hpp>
#include <caf/fwd.hpp>
#include <caf/timespan.hpp>

#include <functional>

namespace bearer::internal {

/// Looks after a family; returns whether to look again.
using family_look = std::function<bool(caf::actor_clock::time_point now)>;

/// Spawns an actor that looks after a family in this interval. It ends with its
/// last handle, or by `stop_atom`, then with `errc::stopped`.
/// @param look Must not hold the handle.
caf::actor spawn_family_keeper(caf::actor_system& sys, caf::timespan interval,
                               family_look look);

} // namespace bearer::internal
