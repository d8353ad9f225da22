#pragma once

#include <caf/timestamp.hpp>

#include <atomic>

namespace bearer::detail {

/// What a cache shares with the handles of its actor system, so that they can
/// tell without a message whether a renewal is due. Written by the cache (and
/// `renewal_requested` by handles too), read by anybody.
struct local_slot {
  /// The wall time until which the cache hands out its token; the epoch while
  /// it has none.
  std::atomic<caf::timestamp::rep> usable_until{0};

  /// Set from a request for renewal to the next publication.
  std::atomic<bool> renewal_requested{false};

  std::atomic<bool> stopped{false};

  /// The cache has ended and answers nobody any more.
  std::atomic<bool> gone{false};
};

} // namespace bearer::detail
