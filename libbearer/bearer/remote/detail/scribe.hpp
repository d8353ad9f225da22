#pragma once

#include <bearer/remote/detail/transport.hpp>

#include <caf/expected.hpp>
#include <caf/fwd.hpp>
#include <caf/io/scribe.hpp>

namespace bearer::remote::detail {

/// Makes a socket that is connected a connection of CAF's.
///
/// Its handle is one that no connection had before. CAF names connections by
/// the numbers of their descriptors, and closes one before it has forgotten
/// what it knew about it. Under load, that was the end of a connection which
/// had got the number meanwhile: its node had no name any more, and nothing
/// that it said a sender, until CAF's heartbeat gave it up.
/// @param fd Does not block. Becomes the connection's, or is closed.
/// @returns what OpenSSL says if a key or a certificate is of no use.
caf::expected<caf::io::scribe_ptr>
make_scribe(caf::actor_system& sys, transport how, int fd, role ours);

} // namespace bearer::remote::detail
