#pragma once

#include <bearer/handle.hpp>

#include <caf/actor.hpp>
#include <caf/actor_system.hpp>

#include "load.hpp"
#include "tally.hpp"

#include <memory>
#include <utility>

namespace oauth2_client {

/// What all actors of a run share.
struct shared_work {
  shared_work(bearer::handle api, load requests)
    : tokens(std::move(api)), what(std::move(requests)), left(what.requests) {
    // nop
  }

  bearer::handle tokens;
  load what;
  quota left;
  tally_collector results;
};

/// Spawns an actor that makes requests, one after another, as long as the quota
/// lasts. It then leaves its tally, wakes the main thread if it was the last
/// one, and ends. A `bearer::stop_atom` ends its pause.
caf::actor spawn_requester(caf::actor_system& sys,
                           std::shared_ptr<shared_work> work);

} // namespace oauth2_client
