#pragma once

#include <bearer/actors.hpp>

#include <caf/actor.hpp>
#include <caf/actor_system.hpp>
#include <caf/timespan.hpp>
#include <caf/timestamp.hpp>

#include <cstdint>
#include <future>
#include <optional>
#include <string>

namespace example {

/// What the events told, to be compared with what the bearer counted.
struct timeline_counts {
  std::uint64_t attempts = 0;
  std::uint64_t failed_attempts = 0;
  std::uint64_t published = 0;
  std::uint64_t rejected = 0;

  /// Of the attempts that succeeded.
  caf::timespan slowest_success{0};
};

/// A display of events.
struct timeline {
  caf::timestamp start;
  caf::actor display;

  /// Subscribe it to a bearer.
  bearer::event_listener listener;

  /// There as soon as the bearer was stopped.
  std::future<timeline_counts> counts;
};

/// Spawns an actor that prints a line for each event and, on a terminal, a
/// progress bar below. It knows nothing but the events, and ends with the one
/// that says that the bearer was stopped.
/// @param start What the printed times count from.
/// @param total What the progress bar leads to; zero if nobody knows.
timeline spawn_timeline(caf::actor_system& sys, caf::timestamp start,
                        caf::timespan total);

/// Adds a line about what somebody else did.
void note(const timeline& where, const std::string& whose,
          const std::string& text);

/// Waits for the end of a timeline whose bearer was stopped.
/// @returns what the events told, if the last one came.
std::optional<timeline_counts> finish(timeline& what);

} // namespace example
