#pragma once

#include <bearer/actors.hpp>
#include <bearer/detail/local_slot.hpp>

#include <caf/fwd.hpp>
#include <caf/timespan.hpp>

#include <cstdint>
#include <functional>
#include <memory>

namespace bearer::internal {

/// What a cache needs to know.
struct cache_config {
  /// The bearer's identity, which the generations carry that it hands out.
  std::uint64_t id = 0;

  /// The deadline of fetches that name none.
  caf::timespan fetch_timeout = caf::timespan::zero();

  /// What the bearer shares with its readers; brings the wall clock.
  std::shared_ptr<detail::local_slot> slot;

  /// Spawns the actor that keeps the cache supplied, given the cache's own
  /// handle, of which it may keep a weak one only.
  std::function<refresher_actor(cache_actor)> make_refresher;
};

/// Spawns a cache together with its refresher. The cache owns the refresher.
cache_actor spawn_cache(caf::actor_system& sys, cache_config config);

} // namespace bearer::internal
