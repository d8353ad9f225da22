#pragma once

#include <bearer/http/client.hpp>
#include <bearer/http/detail/engine.hpp>

#include <caf/actor_system.hpp>

#include <memory>

namespace bearer::http::detail {

/// Spawns an actor that takes one request, answers it, and ends. It ends early,
/// and its transfer with it, when the sender ends. It is an actor of its own
/// because a parked promise keeps its actor alive on CAF 1.x, and would be
/// broken on 0.18.7.
client_actor spawn_transfer(caf::actor_system& sys, std::shared_ptr<engine> io);

} // namespace bearer::http::detail
