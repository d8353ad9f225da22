#pragma once

#include <bearer/actors.hpp>
#include <bearer/any_source.hpp>
#include <bearer/detail/caf_compat.hpp>

namespace bearer::internal {

/// One call of a source, as an actor of its own: giving the call up is ending
/// that actor, which drops whatever the source may still answer, keeps no timer
/// and leaves nothing behind in the caller. It takes one message at a time.
/// Being an in-place actor, it has asked the source by the time the caller goes
/// on.
using source_call = caf::typed_actor<
  // Passes the attempt on and answers what the source answers, whatever it is.
  caf::result<token>(fetch_atom, attempt),
  // Passes the closing on.
  caf::result<void>(close_atom, caf::timespan)>;

/// Spawns the actor for one call of `source`.
source_call spawn_source_call(caf::actor_system& sys, const any_source& source);

/// Gives the call up, or lets go of one that is over. Whoever watches it, as
/// sources may, is told before this returns: a source that does so by then
/// hears of the end of one attempt before it hears of the next. What is
/// attached to the call runs on this thread, and so must not wait for the
/// caller.
void end_source_call(const source_call& what, detail::executor* context);

/// What our users are told in place of an error that came for an answer: CAF's
/// own errors about the other actor say nothing to them.
caf::error name_source_error(caf::error err);

} // namespace bearer::internal
