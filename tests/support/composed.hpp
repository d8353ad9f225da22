#pragma once

#include <caf/actor.hpp>
#include <caf/config.hpp>

namespace bearer::test {

/// An actor that asks `first`, and `next` about what that answers; invalid with
/// a CAF that knows no such thing.
inline caf::actor composed([[maybe_unused]] const caf::actor& first,
                           [[maybe_unused]] const caf::actor& next) {
#if CAF_MAJOR_VERSION >= 1
  return {};
#else
  return next * first;
#endif
}

} // namespace bearer::test
