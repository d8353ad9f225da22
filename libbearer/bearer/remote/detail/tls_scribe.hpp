#pragma once

#include <bearer/remote/detail/transport.hpp>

#include <caf/expected.hpp>
#include <caf/fwd.hpp>
#include <caf/io/connection_handle.hpp>
#include <caf/io/scribe.hpp>

namespace bearer::remote::detail {

/// Makes a socket that is connected a connection of CAF's over TLS, as
/// `caf::openssl` has them, whose own can only be had with a socket that it has
/// connected or accepted itself.
/// @param fd Does not block. Becomes the connection's, or is closed.
caf::expected<caf::io::scribe_ptr>
make_tls_scribe(caf::actor_system& sys, int fd, role ours,
                caf::io::connection_handle as);

} // namespace bearer::remote::detail
