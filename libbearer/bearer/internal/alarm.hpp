#pragma once

#include <bearer/detail/caf_compat.hpp>
#include <bearer/internal/time_reading.hpp>

#include <caf/disposable.hpp>

#include <functional>
#include <optional>
#include <utility>

namespace bearer::internal {

/// The one timer of an actor. Lives in the actor's state.
/// @tparam Self the actor's type.
template <class Self>
class alarm {
public:
  /// @param ring runs inside the actor when the time has come, or earlier.
  alarm(Self* self, std::function<void()> ring)
    : self_(self), ring_(std::move(ring)) {
    // nop
  }

  alarm(const alarm&) = delete;

  alarm& operator=(const alarm&) = delete;

  ~alarm() {
    timer_.dispose();
  }

  /// Rings at `when` at the latest, or not at all.
  void set(std::optional<steady_time> when) {
    // Ringing early does no harm and saves setting many timers.
    if (at_ && when && *at_ <= *when)
      return;
    timer_.dispose();
    timer_ = caf::disposable{};
    at_ = when;
    if (when)
      timer_ = detail::schedule(self_, *when, [this] {
        at_.reset();
        ring_();
      });
  }

private:
  Self* self_;
  std::function<void()> ring_;
  std::optional<steady_time> at_;
  caf::disposable timer_;
};

} // namespace bearer::internal
