#pragma once

#include <bearer/handle.hpp>
#include <bearer/remote/detail/wire.hpp>

namespace bearer::remote::detail {

/// Spawns the actor that answers questions by asking `bearer`, which it keeps
/// running.
desk_actor spawn_desk(const handle& bearer);

} // namespace bearer::remote::detail
