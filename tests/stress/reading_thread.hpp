#pragma once

#include "world.hpp"

#include <cstddef>

namespace stress {

/// The life of a thread that is no actor: reads tokens without a message,
/// fetches where there is nothing to read, and rejects what the server refuses.
/// Returns when the world ends.
void keep_reading(world& in, std::size_t index);

} // namespace stress
