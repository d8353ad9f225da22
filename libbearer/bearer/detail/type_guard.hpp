#pragma once

#include <caf/actor_system.hpp>

#include <utility>

namespace bearer::detail {

/// Keeps what CAF knows of types, even beyond the end of the program's static
/// objects; `sys.meta_objects_guard()` gives one. A thread that nobody waits
/// for holds it for good, because errors and messages cannot even be destroyed
/// without that knowledge.
using type_guard
  = decltype(std::declval<const caf::actor_system&>().meta_objects_guard());

} // namespace bearer::detail
