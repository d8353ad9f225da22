#pragma once

#include <bearer/actors.hpp>
#include <bearer/any_source.hpp>
#include <bearer/detail/local_slot.hpp>
#include <bearer/renewal_settings.hpp>

#include <caf/fwd.hpp>

#include <cstdint>
#include <memory>

namespace bearer::internal {

/// What a refresher needs to know.
struct refresher_config {
  renewal_settings settings;

  /// The bearer's identity, which its generations carry.
  std::uint64_t id = 0;

  /// Seeds the jitter.
  std::uint64_t seed = 0;

  any_source source;

  /// Where it publishes for those who read without a message; brings the wall
  /// clock.
  std::shared_ptr<detail::local_slot> slot;
};

/// Spawns the actor that keeps `cache` supplied from the source. It holds the
/// cache weakly and ends with it.
refresher_actor spawn_refresher(caf::actor_system& sys,
                                const cache_actor& cache,
                                refresher_config config);

} // namespace bearer::internal
