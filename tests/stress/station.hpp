#pragma once

#include <caf/actor_system.hpp>
#include <caf/expected.hpp>
#include <caf/timespan.hpp>

#include "life.hpp"
#include "tally.hpp"

#include <functional>
#include <memory>
#include <mutex>
#include <string>

namespace stress {

/// A place where bearers of one kind follow each other, as in an application
/// that is reconfigured while it runs.
class station {
public:
  using spawner = std::function<caf::expected<bearer::handle>()>;

  /// Spawns the first one.
  /// @param kind Of sources.
  /// @param grace How long tokens are good beyond their `expires_at`.
  /// @throws std::runtime_error
  station(caf::actor_system& sys, std::string kind, spawner spawn,
          caf::timespan grace);

  const std::string& kind() const noexcept {
    return kind_;
  }

  /// What all bearers together did that were here.
  tally& counts() const noexcept {
    return *counts_;
  }

  /// The bearer to use now; may be called from any thread.
  std::shared_ptr<life> current() const;

  /// Spawns the next one.
  /// @returns the one that it follows, still running.
  /// @throws std::runtime_error
  std::shared_ptr<life> replace();

private:
  std::shared_ptr<life> begin_life();

  caf::actor_system& sys_;
  std::string kind_;
  spawner spawn_;
  caf::timespan grace_;
  std::shared_ptr<tally> counts_ = std::make_shared<tally>();
  mutable std::mutex mutex_;
  std::shared_ptr<life> current_;
};

} // namespace stress
