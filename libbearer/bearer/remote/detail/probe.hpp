#pragma once

#include <bearer/remote/address.hpp>
#include <bearer/remote/detail/held_socket.hpp>

#include <caf/expected.hpp>
#include <caf/fwd.hpp>

#include <chrono>
#include <functional>

namespace bearer::remote::detail {

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
/// If CAF does not need the socket, keep it until the next one is there: CAF
/// tells connections by the number of their descriptor, and a listening CAF
/// that has just closed one removes, a moment later, whatever has got that
/// number since.
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
