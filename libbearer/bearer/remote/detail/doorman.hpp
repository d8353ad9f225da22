#pragma once

#include <bearer/remote/detail/transport.hpp>

#include <caf/expected.hpp>
#include <caf/fwd.hpp>
#include <caf/io/doorman.hpp>

#include <cstdint>

namespace bearer::remote::detail {

/// Opens a port for connections of CAF's, each of which is a `make_scribe`.
///
/// Over TLS, key and certificates are read for each connection. The doorman of
/// `caf::openssl` takes the whole process with it if one cannot be read at that
/// moment, because somebody replaces it; this one closes the connection.
/// @param at The IP address to listen on; null for all.
/// @returns what the system says if the port cannot be had.
caf::expected<caf::io::doorman_ptr>
make_doorman(caf::actor_system& sys, transport how, std::uint16_t port,
             const char* at, bool reuse);

} // namespace bearer::remote::detail
