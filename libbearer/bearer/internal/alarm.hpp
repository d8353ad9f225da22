#pragma once

#include <bearer/internal/alarm_clock.hpp>
#include <bearer/internal/time_reading.hpp>

#include <caf/action.hpp>
#include <caf/actor_control_block.hpp>

#include <memory>
#include <optional>
#include <utility>

namespace bearer::internal {

/// The one timer of an actor. Lives in the actor's state.
/// @tparam Self the actor's type.
template <class Self>
class alarm {
public:
  explicit alarm(Self* self)
    : self_(self), clock_(alarm_clock::of(self->home_system())) {
    // nop
  }

  alarm(const alarm&) = delete;

  alarm& operator=(const alarm&) = delete;

  ~alarm() {
    clear();
  }

  /// Rings at `when` at the latest, or not at all.
  /// @param ring Runs inside the actor when the time has come, or earlier. The
  ///             same each time.
  template <class Ring>
  void set(std::optional<steady_time> when, Ring ring) {
    const auto at = when.value_or(never_rings);
    // Ringing early does no harm and saves setting many timers.
    if (when && at_ <= at)
      return;
    clear();
    if (!when)
      return;
    // The clock keeps nobody alive.
    timer_ = clock_->set(at, caf::weak_actor_ptr{self_->ctrl()},
                         caf::make_action([this, ring] {
                           at_ = never_rings;
                           ring();
                         }));
    at_ = at;
  }

private:
  static constexpr auto never_rings = steady_time::max();

  void clear() noexcept {
    if (timer_)
      clock_->clear(*timer_);
    timer_.reset();
    at_ = never_rings;
  }

  Self* self_;
  std::shared_ptr<alarm_clock> clock_;

  /// May have rung already.
  std::optional<alarm_clock::key> timer_;
  steady_time at_ = never_rings;
};

} // namespace bearer::internal
