#pragma once

#include <bearer/status.hpp>

#include "tally.hpp"
#include "watch.hpp"

#include <cstdint>
#include <optional>

namespace token_node {

/// What a run leaves behind.
struct run_result {
  bool is_owner = false;

  /// What the clients saw, and how many of them came to no end.
  tally clients;
  std::uint64_t stuck_clients = 0;
  bool had_clients = false;

  /// What the bearer counted, after its end.
  bearer::status bearer;

  /// What the events told, if they came to their end.
  std::optional<watch_result> events;

  /// Fetches that got an error, or no answer at all.
  std::uint64_t lost() const noexcept {
    return clients.lost + stuck_clients;
  }

  /// Whether no fetch was lost, none got an expired, rejected or older token
  /// and, if there were clients, some got one.
  bool ended_well() const noexcept;
};

} // namespace token_node
