#pragma once

#include <bearer/actors.hpp>
#include <bearer/detail/local_slot.hpp>
#include <bearer/retry.hpp>

#include <caf/fwd.hpp>

#include <cstdint>
#include <memory>

namespace bearer::internal {

/// What the receivers of one bearer share.
struct receiver_config {
  /// Fetches allowed when the options name no number.
  std::uint32_t max_retries = 0;

  /// What the cache would hand out, and whether it has ended.
  std::shared_ptr<detail::local_slot> slot;

  /// Judges errors; empty for the default.
  retry_predicate judge;
};

/// Spawns a receiver for one request, which keeps `cache` alive.
receiver_actor spawn_receiver(caf::actor_system& sys, cache_actor cache,
                              std::shared_ptr<const receiver_config> config);

} // namespace bearer::internal
