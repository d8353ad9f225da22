#pragma once

#include <bearer/bearer.hpp>
#include <bearer/handle.hpp>
#include <bearer/remote/detail/link.hpp>

#include <caf/expected.hpp>
#include <caf/fwd.hpp>

namespace bearer::remote::detail {

/// Puts a replica together: a bearer like any other whose source is a link.
/// @returns what `spawn` returns.
caf::expected<handle> assemble_replica(caf::actor_system& sys,
                                       link_config config,
                                       spawn_options options);

} // namespace bearer::remote::detail
