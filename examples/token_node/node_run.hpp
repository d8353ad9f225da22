#pragma once

#include "support/interrupts.hpp"
#include "support/timeline.hpp"

#include <caf/actor.hpp>
#include <caf/actor_system.hpp>

#include "node.hpp"
#include "run_result.hpp"
#include "tally.hpp"
#include "watch.hpp"

#include <chrono>
#include <memory>
#include <vector>

namespace token_node {

class config;

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
