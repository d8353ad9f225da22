#pragma once

#include <bearer/actors.hpp>
#include <bearer/any_source.hpp>

namespace bearer::internal {

/// One call of a source, as an actor of its own: giving the call up is ending
/// that actor, which drops whatever the source may still answer, keeps no timer
/// and leaves nothing behind in the caller.
using source_call = caf::typed_actor<
  // Passes the attempt on and answers what the source answers.
  caf::result<token>(fetch_atom, attempt),
  // Passes the closing on.
  caf::result<void>(close_atom, caf::timespan),
  // Gives the call up. What was sent before still reaches the source.
  caf::result<void>(stop_atom)>;

/// Spawns the actor for one call of `source`.
source_call spawn_source_call(caf::actor_system& sys, const any_source& source);

} // namespace bearer::internal
