#pragma once

#include <bearer/status.hpp>

#include "support/timeline.hpp"

#include "tally.hpp"

#include <chrono>
#include <optional>

namespace file_demo {

/// All that a run has left behind.
struct run_result {
  /// What the clients saw, and whether all of them were heard.
  tally clients;
  bool clients_ended = false;

  /// What the bearer says about the same, after its end.
  bearer::status bearer;

  /// What the events said about the same, if they came to their end.
  std::optional<example::timeline_counts> events;

  bool rotator_worked = false;
  std::chrono::nanoseconds duration{};
};

/// Prints the table and what is wrong with it.
/// @returns whether nothing is.
bool print_summary(const run_result& run);

} // namespace file_demo
