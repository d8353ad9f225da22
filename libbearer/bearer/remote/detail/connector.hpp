#pragma once

#include <bearer/remote/address.hpp>
#include <bearer/remote/detail/held_socket.hpp>
#include <bearer/remote/detail/transport.hpp>

#include <caf/fwd.hpp>
#include <caf/io/middleman_actor.hpp>

#include <functional>

namespace bearer::remote::detail {

/// Publishes, and makes connected sockets connections of CAF's.
///
/// CAF's own actor connects while it blocks, as long as the kernel has patience
/// if nothing comes back, which is minutes; it holds up all other connections
/// of its actor system meanwhile, and the system's end. This one never blocks.
struct connector {
  /// Understands what CAF's own does. A message to connect to an address takes
  /// the socket that was handed over last for it; without one it fails. None
  /// takes it long.
  caf::io::middleman_actor actor;

  /// Hands over a socket that is connected to this address, which `actor` hears
  /// of before the caller's next message. It becomes CAF's only if it is
  /// needed, not if there is a connection to that address already.
  std::function<void(const address&, const held_socket&)> hand_over;
};

/// The one of this actor system, whose network CAF has loaded, and for
/// `transport::tls` OpenSSL as well.
connector connector_of(caf::actor_system& sys, transport how);

} // namespace bearer::remote::detail
