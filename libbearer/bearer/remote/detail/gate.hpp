#pragma once

#include <bearer/remote/detail/wire.hpp>

#include <caf/fwd.hpp>

namespace bearer::remote::detail {

/// Spawns the owner's end of the network in front of `desk`, which ends it.
gate_actor spawn_gate(caf::actor_system& sys, const desk_actor& desk);

} // namespace bearer::remote::detail
