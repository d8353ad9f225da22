#pragma once

#include <bearer/remote/address.hpp>

#include <caf/expected.hpp>
#include <caf/fwd.hpp>

#include <chrono>
#include <functional>
#include <memory>

namespace bearer::remote::detail {

/// A connected socket, closed with its last copy.
using held_socket = std::shared_ptr<const void>;

/// Somebody who listens.
struct listener_found {
  /// With a numeric host.
  address where;

  /// The connection by which he was found.
  held_socket socket;
};

/// Finds out whether anybody listens at `where`, and under which IP address.
/// Blocks, by the deadline if the name is resolved by then.
///
/// CAF's own attempt to connect blocks as long as the kernel has patience, some
/// minutes if nothing comes back, and holds up all other connections of its
/// actor system and the system's end. So it is only made if it will not take
/// long.
///
/// Keep the socket until CAF's own connection is there, and better as long as
/// that is: CAF tells connections by the number of their descriptor, and a
/// listening CAF that has just closed one removes, a moment later, whatever has
/// got that number since.
/// @param loopback_only No other address will do, whatever the name says.
/// @returns whom it found, or why it found nobody.
caf::expected<listener_found>
probe(const address& where, bool loopback_only,
      std::chrono::steady_clock::time_point deadline);

/// Does the same without blocking, and calls back, on any thread.
/// @throws std::exception if it cannot begin; then nobody is called.
using finder
  = std::function<void(const address& where, bool loopback_only,
                       std::chrono::steady_clock::time_point deadline,
                       std::function<void(caf::expected<listener_found>)>)>;

/// Probes on a thread of its own, for which nobody waits, not even the end of
/// the process.
finder probe_on_thread(const caf::actor_system& sys);

} // namespace bearer::remote::detail
