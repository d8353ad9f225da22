#pragma once

#include <caf/expected.hpp>
#include <caf/fwd.hpp>
#include <caf/io/middleman_actor.hpp>

#include <string_view>

namespace bearer::remote::detail {

/// Whom a connection must be protected from.
enum class exposure {
  /// It stays on this machine.
  loopback,
  /// It leaves the machine.
  network,
  /// It leaves the machine, and somebody answers for the network.
  trusted_network,
};

/// The actor of CAF's that publishes and connects: over TLS if the actor system
/// is set up for it, else without.
/// @param what Where the error says that the connection leads.
/// @returns `errc::invalid_setting` naming what lacks or is unusable.
caf::expected<caf::io::middleman_actor>
choose_network(caf::actor_system& sys, exposure to, std::string_view what);

} // namespace bearer::remote::detail
