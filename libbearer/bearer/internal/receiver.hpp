#pragma once

#include <bearer/actors.hpp>
#include <bearer/detail/request_memory.hpp>

#include <caf/fwd.hpp>

#include <memory>

namespace bearer::internal {

/// Spawns a receiver for one request, which keeps `cache` alive.
receiver_actor
spawn_receiver(caf::actor_system& sys, cache_actor cache,
               std::shared_ptr<const detail::receiver_config> config);

} // namespace bearer::internal
