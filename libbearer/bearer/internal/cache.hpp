#pragma once

#include <bearer/actors.hpp>
#include <bearer/detail/local_slot.hpp>

#include <caf/fwd.hpp>
#include <caf/timespan.hpp>

#include <cstdint>
#include <functional>
#include <memory>

namespace bearer::internal {

/// Spawns the actor that keeps a cache supplied, given the cache's own handle,
/// of which it may keep a weak one only.
using refresher_maker = std::function<refresher_actor(cache_actor)>;

/// What a cache needs to know.
struct cache_config {
  /// The bearer's identity, which the generations carry that it hands out.
  std::uint64_t id = 0;

  /// The deadline of fetches that name none.
  caf::timespan fetch_timeout = caf::timespan::zero();

  /// What the bearer shares with its readers; brings the wall clock.
  std::shared_ptr<detail::local_slot> slot;

  refresher_maker make_refresher;
};

/// Spawns a cache, which has its refresher spawned with the first message. The
/// cache owns the refresher.
cache_actor spawn_cache(caf::actor_system& sys, cache_config config);

} // namespace bearer::internal
