#pragma once

#include <bearer/detail/caf_compat.hpp>
#include <bearer/internal/time_reading.hpp>

#include <caf/disposable.hpp>

#include <optional>
#include <utility>

namespace bearer::internal {

/// The one timer of an actor. Lives in the actor's state.
/// @tparam Self the actor's type.
template <class Self>
class alarm {
public:
  explicit alarm(Self* self) : self_(self) {
    // nop
  }

  alarm(const alarm&) = delete;

  alarm& operator=(const alarm&) = delete;

  ~alarm() {
    timer_.dispose();
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
    timer_.dispose();
    timer_ = caf::disposable{};
    at_ = at;
    if (when)
      timer_ = detail::schedule(self_, at, [this, ring] {
        at_ = never_rings;
        ring();
      });
  }

private:
  static constexpr auto never_rings = steady_time::max();

  Self* self_;
  steady_time at_ = never_rings;
  caf::disposable timer_;
};

} // namespace bearer::internal
