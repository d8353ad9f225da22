#pragma once

#include <bearer/actors.hpp>
#include <bearer/attempt.hpp>
#include <bearer/detail/call_record.hpp>
#include <bearer/token.hpp>

#include <caf/actor_system.hpp>
#include <caf/expected.hpp>
#include <caf/typed_actor.hpp>

#include <functional>
#include <memory>
#include <stop_token>

namespace bearer::detail {

/// Obtains a token and may block; runs on a thread of its own and may throw.
/// The attempt's budget is what is left of it when the call starts. The stop
/// token says that nobody wants the result any more.
using blocking_function
  = std::function<caf::expected<token>(const attempt&, std::stop_token)>;

/// What the thread and the actors of one call have in common.
using blocking_record = call_record<token>;

/// Waits for one call. It is an actor of its own because a parked promise keeps
/// its actor alive on CAF 1.x: the source's actor, which parks none, ends with
/// its last handle and then ends this one.
using blocking_call = caf::typed_actor<
  // Starts the thread and answers with its result.
  caf::result<token>(fetch_atom, attempt),
  // Asks the function to end and answers when it has, or after the grace.
  caf::result<void>(close_atom, caf::timespan),
  // Gives up: answers all that wait with an error, and ends.
  caf::result<void>(stop_atom)>;

/// Spawns the actor for one call of `function`, which takes a single fetch.
blocking_call
spawn_blocking_call(caf::actor_system& sys,
                    std::shared_ptr<blocking_record> record,
                    std::shared_ptr<const blocking_function> function);

} // namespace bearer::detail
