#pragma once

#include <bearer/handle.hpp>

#include <caf/actor.hpp>
#include <caf/actor_system.hpp>
#include <caf/timespan.hpp>

#include "tally.hpp"

#include <chrono>
#include <memory>

namespace file_demo {

/// How long patient clients wait for a token: longer than any outage here.
constexpr auto patience = std::chrono::seconds{15};

/// How long the others wait: some outages here are longer.
constexpr auto impatience = std::chrono::milliseconds{500};

/// Spawns a client that calls the fake server again and again without a pause,
/// each time with a receiver of its own. Tell it to finish with a
/// `bearer::stop_atom`: it then waits for the answer that is still due, leaves
/// its tally and ends.
/// @param timeout of its fetches.
caf::actor spawn_client(caf::actor_system& sys, const bearer::handle& tokens,
                        caf::timespan timeout,
                        std::shared_ptr<tally_collector> results);

} // namespace file_demo
