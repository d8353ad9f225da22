#pragma once

#include <bearer/actors.hpp>
#include <bearer/family_status.hpp>

#include <caf/actor.hpp>
#include <caf/fwd.hpp>
#include <caf/result.hpp>
#include <caf/timespan.hpp>
#include <caf/typed_actor.hpp>

#include <string>
#include <utility>
#include <vector>

/// Messages to all bearers of a family. Each call is an actor of its own, which
/// waits for the answers, gives its own, and ends.
namespace bearer::internal {

/// Spawns an actor that adds what the caches tell of their bearers to
/// `counters`, and answers with it.
caf::typed_actor<caf::result<family_status>(status_atom)>
spawn_roll_call(caf::actor_system& sys, family_status counters,
                std::vector<std::pair<std::string, cache_actor>> bearers);

/// Spawns an actor that closes all bearers, and answers when it is done. It
/// keeps them meanwhile, though not beyond the end of `keeper`; if that ends
/// with `errc::stopped`, it stops them.
caf::typed_actor<caf::result<void>(close_atom, caf::timespan)>
spawn_group_end(caf::actor_system& sys, std::vector<cache_actor> bearers,
                const caf::actor& keeper);

} // namespace bearer::internal
