#pragma once

#include <bearer/wall_clock.hpp>

#include <caf/actor_clock.hpp>
#include <caf/actor_system.hpp>
#include <caf/timespan.hpp>
#include <caf/timestamp.hpp>

#include <cstddef>
#include <memory>

namespace bearer::test {

/// An actor system whose clock stands still until the test moves it, and whose
/// actors run only when the test says so. Hides the deterministic schedulers of
/// both CAF versions. A wall clock runs along, and can be set apart.
///
/// Members of a test that hold actors go after this one, so that they end
/// first.
class virtual_time {
public:
  virtual_time();

  ~virtual_time();

  virtual_time(const virtual_time&) = delete;

  virtual_time& operator=(const virtual_time&) = delete;

  caf::actor_system& sys();

  /// Delivers all messages, and what they cause, at the present time.
  void settle();

  /// Lets time pass on both clocks, from timer to timer. All messages are
  /// delivered before, between and after.
  void advance(caf::timespan by);

  /// Time on the actor clock since the start of the test.
  caf::timespan elapsed() const;

  /// The present wall time.
  caf::timestamp wall() const;

  /// A wall clock to inject.
  wall_clock clock() const;

  /// Moves the wall clock alone: a step of NTP, or the end of a suspend.
  void jump_wall(caf::timespan by);

  /// Timers that have been set and not been cancelled.
  std::size_t timers() const;

  /// Actors that have not ended.
  std::size_t running() const;

private:
  class impl;

  std::unique_ptr<impl> impl_;
};

} // namespace bearer::test
