#pragma once

#include <bearer/status.hpp>

#include "support/interrupts.hpp"
#include "support/timeline.hpp"

#include <caf/actor.hpp>
#include <caf/actor_system.hpp>

#include "node.hpp"
#include "tally.hpp"
#include "watch.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace token_node {

class config;

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

  /// Whether no fetch was lost, none got an expired or rejected token and, if
  /// there were clients, some got one.
  bool ended_well() const noexcept;
};

/// A node, actors that fetch from its bearer, and a timeline of what it does.
class node_run {
public:
  /// Starts them.
  /// @throws usage_error, std::runtime_error
  node_run(caf::actor_system& sys, const config& from);

  node_run(const node_run&) = delete;

  node_run& operator=(const node_run&) = delete;

  ~node_run();

  /// Waits for the end of the duration, or for an interrupt.
  void wait();

  /// Ends everything.
  run_result finish();

private:
  void kill_all();

  std::chrono::steady_clock::time_point end_;
  node node_;
  bool is_owner_;
  example::timeline timeline_;
  watch watch_;
  std::shared_ptr<tally_collector> results_;
  std::vector<caf::actor> clients_;
};

} // namespace token_node
