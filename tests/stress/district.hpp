#pragma once

#include <caf/actor_system.hpp>

#include "world.hpp"

namespace stress {

/// Stations of one kind, together with what they need around them.
class district {
public:
  district() = default;

  district(const district&) = delete;

  district& operator=(const district&) = delete;

  virtual ~district() = default;

  /// Adds the stations.
  /// @throws std::exception
  virtual void found(caf::actor_system& sys, world& in) = 0;

  /// Does what is due around the stations. Called several times a second.
  virtual void tick() {
    // nop
  }

  /// Ends what is around the stations, of which none is left.
  /// @returns whether it had been in order until now.
  virtual bool end() {
    return true;
  }
};

} // namespace stress
