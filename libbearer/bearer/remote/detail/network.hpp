#pragma once

#include <bearer/remote/detail/transport.hpp>

#include <caf/expected.hpp>
#include <caf/fwd.hpp>

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

/// Whether to use TLS, which is so if the actor system is set up for it.
/// @param what Where the error says that the connection leads.
/// @returns `errc::invalid_setting` naming what lacks or is unusable.
caf::expected<transport> choose_transport(caf::actor_system& sys, exposure to,
                                          std::string_view what);

} // namespace bearer::remote::detail
