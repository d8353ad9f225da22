#pragma once

#include <caf/timestamp.hpp>

#include <functional>

namespace bearer {

/// Tells the wall time, which tokens expire by. Called on every fetch and on
/// any thread that uses the bearer, also while that thread only sends it a
/// message: hence fast, thread-safe, without exceptions, and without locks that
/// somebody may hold who uses the bearer. Delays and deadlines do not use it:
/// they live on the actor clock, which is steady.
using wall_clock = std::function<caf::timestamp()>;

/// The machine's own wall clock, which jumps when somebody sets it.
inline caf::timestamp system_wall_clock() {
  return caf::make_timestamp();
}

} // namespace bearer
