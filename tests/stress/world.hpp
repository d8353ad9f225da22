#pragma once

#include <caf/actor_system.hpp>
#include <caf/timespan.hpp>

#include "config.hpp"
#include "findings.hpp"
#include "station.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace stress {

/// What everybody in this program has in common.
struct world {
  explicit world(const config& settings)
    : seed(settings.seed),
      // Tens of thousands of fetches a second in all, however many clients.
      longest_pause(std::chrono::microseconds{50} * settings.receivers) {
    // nop
  }

  /// Adds a station.
  /// @throws std::runtime_error
  void add(caf::actor_system& sys, std::string kind, station::spawner spawn,
           caf::timespan grace = caf::timespan::zero()) {
    stations.push_back(
      std::make_unique<station>(sys, std::move(kind), std::move(spawn), grace));
  }

  const std::uint64_t seed;

  /// Of a client between two requests.
  const caf::timespan longest_pause;

  std::vector<std::unique_ptr<station>> stations;

  findings found;

  /// Asks everybody to come to an end.
  std::atomic<bool> ending = false;

  /// Who has not come to his end.
  std::atomic<std::int64_t> clients = 0;
  std::atomic<std::int64_t> subscribers = 0;
};

/// Counts its owner for as long as it lives.
class presence {
public:
  explicit presence(std::atomic<std::int64_t>& among) : among_(among) {
    ++among_;
  }

  presence(const presence&) = delete;

  presence& operator=(const presence&) = delete;

  ~presence() {
    --among_;
  }

private:
  std::atomic<std::int64_t>& among_;
};

} // namespace stress
