#pragma once

#include <bearer/handle.hpp>

#include <caf/actor.hpp>
#include <caf/actor_system.hpp>
#include <caf/timespan.hpp>

#include "tally.hpp"

#include <memory>

namespace token_node {

/// What a client does besides fetching; zero for not at all.
struct client_habits {
  /// Between two fetches.
  caf::timespan pause{0};

  /// How often it says that a server has refused its token.
  caf::timespan reject_every{0};
};

/// Spawns a client that fetches again and again, each time with a receiver of
/// its own. Tell it to finish with a `bearer::stop_atom`: it then leaves its
/// tally as soon as the answer is there that is due, and ends.
caf::actor spawn_client(caf::actor_system& sys, const bearer::handle& tokens,
                        const client_habits& habits,
                        std::shared_ptr<tally_collector> results);

} // namespace token_node
