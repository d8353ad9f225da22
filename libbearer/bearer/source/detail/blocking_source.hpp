#pragma once

#include <bearer/any_source.hpp>
#include <bearer/source/detail/blocking_call.hpp>

#include <caf/actor_system.hpp>

namespace bearer::detail {

/// Spawns a source that calls `function` on a thread of its own for each
/// attempt.
///
/// * At most one call at a time: while one is under way, other attempts fail
///   with `errc::busy`, also after somebody has given the first one up.
/// * A call is not started after its budget has passed.
/// * An exception is a failed attempt (`errc::source_failed`), its text bounded
///   and without secrets. So is a thread that cannot be started.
/// * When the source is closed or its last handle goes, the function is told to
///   stop, and nobody waits for it. Neither does the actor system: the thread
///   is left alone, and its result is dropped.
any_source blocking_source(caf::actor_system& sys, blocking_function function);

} // namespace bearer::detail
