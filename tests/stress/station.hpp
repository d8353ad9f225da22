#pragma once

#include <caf/expected.hpp>

#include "life.hpp"

#include <functional>
#include <memory>
#include <mutex>

namespace stress {

/// A place where bearers of one kind follow each other, as in an application
/// that is reconfigured while it runs.
class station {
public:
  using spawner = std::function<caf::expected<bearer::handle>()>;

  /// Spawns the first one.
  /// @throws std::runtime_error
  explicit station(spawner spawn);

  /// The bearer to use now; may be called from any thread.
  std::shared_ptr<life> current() const;

  /// Spawns the next one.
  /// @returns the one that it follows, still running.
  /// @throws std::runtime_error
  std::shared_ptr<life> replace();

private:
  spawner spawn_;
  mutable std::mutex mutex_;
  std::shared_ptr<life> current_;
};

} // namespace stress
