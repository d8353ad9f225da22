#pragma once

#include <bearer/wall_clock.hpp>

#include <caf/actor_clock.hpp>
#include <caf/actor_system.hpp>
#include <caf/timespan.hpp>
#include <caf/timestamp.hpp>

#include <cstddef>
#include <memory>
#include <optional>

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

  // -- the same in small steps ------------------------------------------------

  /// How many actors have messages to process; on CAF 1.x, how many messages
  /// there are.
  std::size_t ready() const;

  /// Lets the actor at this place among those that are ready, the first being
  /// 0, process one message. CAF 1.x delivers all messages in order, whatever
  /// the place.
  void deliver_one(std::size_t place);

  /// Lets time pass on both clocks in one go. What comes due is sent, not
  /// delivered.
  void pass(caf::timespan by);

  /// When the next timer comes due, as a time since the start of the test.
  std::optional<caf::timespan> next_timer() const;

  // -- observers --------------------------------------------------------------

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
