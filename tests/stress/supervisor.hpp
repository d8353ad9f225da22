#pragma once

#include <caf/actor_system.hpp>

#include "random.hpp"
#include "resources.hpp"
#include "world.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace stress {

/// Brings the world to life, keeps it moving, and brings it to an end.
class supervisor {
public:
  using steady = std::chrono::steady_clock;

  /// Starts clients and threads.
  supervisor(caf::actor_system& sys, world& in, std::size_t clients);

  supervisor(const supervisor&) = delete;

  supervisor& operator=(const supervisor&) = delete;

  ~supervisor();

  /// Does what is due: replaces bearers, sends subscribers, looks at those who
  /// are gone, and at this process. Call it several times a second.
  void tick();

  /// Asks everybody to come to an end, and waits for it.
  /// @returns whether they did within the limit.
  bool finish(std::chrono::seconds limit);

  double seconds() const;

  const resource_history& history() const noexcept {
    return history_;
  }

  /// What did not agree when a bearer and its users were compared; the first.
  const std::string& disagreement() const noexcept {
    return disagreement_;
  }

private:
  void replace_one_if_due();

  /// Ends a bearer in one of the ways in which bearers end.
  void retire(const bearer::handle& whom);

  void send_subscribers();

  /// Looks at bearers that nobody uses any more, and lets go of them.
  void audit_the_deserted();

  /// Of a bearer that nobody uses any more; once for each.
  void audit_one(const life& of);

  void look_at_resources();

  caf::actor_system& sys_;
  world& world_;
  small_random random_;
  const steady::time_point start_ = steady::now();
  std::vector<std::thread> readers_;
  std::vector<std::shared_ptr<life>> retired_;
  std::size_t subscribers_ = 0;
  steady::time_point next_replacement_ = start_;
  steady::time_point next_look_ = start_;
  resource_history history_;
  std::string disagreement_;
};

} // namespace stress
