#pragma once

#include <bearer/actors.hpp>
#include <bearer/fetch_options.hpp>
#include <bearer/handle.hpp>

#include <caf/actor.hpp>
#include <caf/actor_system.hpp>

#include "simulation/observation.hpp"
#include "simulation/step.hpp"

#include <cstddef>
#include <functional>
#include <optional>

/// The actors that use a bearer. None of them keeps it alive once it has sent
/// its messages.
namespace bearer::sim {

/// Takes down what was seen, with the moment.
using note = std::function<void(decltype(observation::what))>;

/// What a caller asks for, and how.
struct errand {
  fetch_options meant;

  /// The same, unless something went wrong on the way to the fetch.
  fetch_options sent;

  route via;

  /// The number of the standing receiver, if it goes through one.
  std::optional<std::size_t> receiver = {};
};

/// Fetches once, as number `id`.
/// @param receiver for the routes that go through one.
caf::actor spawn_fetcher(caf::actor_system& sys, note take_note, std::size_t id,
                         const handle& bearer, receiver_actor receiver,
                         const errand& what);

/// Rejects `what` and then fetches as number `id`.
caf::actor spawn_rejecting_fetcher(caf::actor_system& sys, note take_note,
                                   std::size_t id, const handle& bearer,
                                   const generation& what);

/// Rejects `what`.
void spawn_rejecter(caf::actor_system& sys, note take_note,
                    const handle& bearer, const generation& what);

/// Asks the standing receiver `id` whether to retry after `why`, and finds out
/// what that has rejected.
void spawn_retrier(caf::actor_system& sys, note take_note, std::size_t id,
                   const receiver_actor& receiver, const caf::error& why,
                   const fetch_options& opts);

/// Asks for the status.
void spawn_asker(caf::actor_system& sys, note take_note, const handle& bearer);

/// Closes the bearer.
void spawn_closer(caf::actor_system& sys, note take_note, const handle& bearer,
                  caf::timespan grace);

/// Hears events, as number `id`; subscribes nowhere.
event_listener spawn_listener(caf::actor_system& sys, note take_note,
                              std::size_t id);

} // namespace bearer::sim
