#pragma once

#include <caf/timestamp.hpp>

#include <functional>

namespace bearer {

/// Tells the wall time, which tokens expire by. Called from any thread and on
/// every fetch, hence fast, thread-safe and without exceptions. Delays and
/// deadlines do not use it: they live on the actor clock, which is steady.
using wall_clock = std::function<caf::timestamp()>;

/// The machine's own wall clock, which jumps when somebody sets it.
inline caf::timestamp system_wall_clock() {
  return caf::make_timestamp();
}

} // namespace bearer
