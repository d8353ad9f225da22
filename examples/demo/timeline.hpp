#pragma once

#include <bearer/actors.hpp>

#include <caf/actor_system.hpp>
#include <caf/timestamp.hpp>

#include <chrono>
#include <cstdint>
#include <future>

namespace demo {

/// What the events told, to be compared with what the bearer counted.
struct timeline_counts {
  std::uint64_t attempts = 0;
  std::uint64_t failed_attempts = 0;
  std::uint64_t published = 0;
};

/// A display of events.
struct timeline {
  /// Subscribe it to a bearer.
  bearer::event_listener listener;

  /// There as soon as the bearer was stopped.
  std::future<timeline_counts> counts;
};

/// Spawns an actor that prints a line for each event and, on a terminal, a
/// progress bar below. It knows nothing but the events, and ends with the one
/// that says that the bearer was stopped.
/// @param start what the printed times count from.
/// @param total what the progress bar leads to.
timeline spawn_timeline(caf::actor_system& sys, caf::timestamp start,
                        std::chrono::seconds total);

} // namespace demo
