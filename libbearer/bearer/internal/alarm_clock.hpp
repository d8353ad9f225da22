#pragma once

#include <bearer/internal/time_reading.hpp>

#include <caf/action.hpp>
#include <caf/actor.hpp>
#include <caf/actor_clock.hpp>
#include <caf/actor_control_block.hpp>
#include <caf/actor_system.hpp>
#include <caf/disposable.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

namespace bearer::internal {

/// The timers of all bearers of one actor system. CAF's clock knows but the
/// next of them: it goes through all it knows whenever one comes, is set or
/// ends, which at some thousands keeps a core busy.
///
/// All members may be called from any thread.
class alarm_clock : public std::enable_shared_from_this<alarm_clock> {
public:
  /// Tells one timer from all others.
  using key = std::pair<steady_time, std::uint64_t>;

  /// The one that all bearers of this actor system share.
  static std::shared_ptr<alarm_clock> of(caf::actor_system& sys);

  /// @param bell An actor that runs actions on a thread other than the clock's.
  alarm_clock(caf::actor_clock& clock, caf::actor bell);

  alarm_clock(const alarm_clock&) = delete;

  alarm_clock& operator=(const alarm_clock&) = delete;

  ~alarm_clock();

  /// Sends `whom` the action `what` at this time.
  key set(steady_time when, caf::weak_actor_ptr whom, caf::action what);

  /// Forgets the timer, if it has not run yet. An action that is on its way to
  /// the actor by then still comes.
  void clear(const key& which) noexcept;

private:
  struct entry {
    caf::weak_actor_ptr whom;
    caf::action what;
  };

  /// Sees to it that CAF's clock knows the next timer, or an earlier time. Not
  /// for the thread of that clock, which would wait for itself when the queue
  /// to it is full.
  void arm();

  /// Whether it does, under the mutex.
  bool armed() const noexcept;

  /// What wakes the bell.
  caf::action wake_bell();

  /// Failing here would leave others without a timer who rely on it: ends the
  /// program.
  caf::disposable tell_clock(steady_time when, caf::action what) noexcept;

  /// Runs what is due. For the bell.
  void ring() noexcept;

  /// Notes that CAF's clock has nothing to wait for, under the mutex.
  void disarm() noexcept;

  caf::actor_clock& clock_;

  /// Wakes up when a timer is due, on a thread where it may set the next.
  caf::actor bell_;

  std::mutex mutex_;
  std::map<key, entry> timers_;
  std::uint64_t last_ = 0;

  /// What CAF's clock waits for, and how often that has changed.
  steady_time armed_for_ = steady_time::max();
  std::uint64_t armings_ = 0;
  caf::disposable armed_;
};

} // namespace bearer::internal
