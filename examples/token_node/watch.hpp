#pragma once

#include <bearer/actors.hpp>

#include <caf/actor.hpp>
#include <caf/actor_system.hpp>

#include "tally.hpp"

#include <cstdint>
#include <future>
#include <optional>

namespace token_node {

/// What the events of a bearer told.
struct watch_result {
  /// Successes behind attempts that reached no owner.
  std::uint64_t reconnects = 0;

  /// When each token that came to its end was replaced, rejected or withdrawn,
  /// whichever was first.
  generation_times ended_at;
};

/// An actor that listens to events.
struct watch {
  caf::actor hearer;

  /// Subscribe it to a bearer.
  bearer::event_listener listener;

  /// There as soon as the bearer was stopped.
  std::future<watch_result> result;
};

watch spawn_watch(caf::actor_system& sys);

/// Waits for the end of a watch whose bearer was stopped.
/// @returns nothing if the last event did not come.
std::optional<watch_result> finish(watch& what);

} // namespace token_node
