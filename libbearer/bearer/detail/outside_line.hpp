#pragma once

#include <caf/actor_control_block.hpp>

#include <mutex>
#include <utility>

namespace bearer::detail {

/// The way from a thread that is none of CAF's to an actor that may end before,
/// and its actor system with it.
///
/// The thread touches the actor under the lock only, and the actor needs the
/// lock in order to end, since it detaches at the latest then. Hence the
/// thread's reference to the actor is never the last one, and the actor system
/// is there as long as the lock is held. The mutex is recursive so that an
/// actor that ended inside of the thread all the same would not block itself.
/// All members may be called from any thread.
class outside_line {
public:
  using guard = std::unique_lock<std::recursive_mutex>;

  /// As long as this is held, nothing passes and the actor does not end.
  [[nodiscard]] guard lock() const {
    return guard{mutex_};
  }

  /// From now on the line leads to `whom`.
  void attach(caf::weak_actor_ptr whom) {
    const auto held = lock();
    whom_ = std::move(whom);
  }

  /// From now on the line leads nowhere.
  void detach() noexcept {
    const auto held = lock();
    whom_ = nullptr;
  }

  /// Calls `f` with the actor, a `caf::strong_actor_ptr`, if it is there. What
  /// `f` throws comes out.
  template <class F>
  void reach(F f) const {
    const auto held = lock();
    if (auto whom = whom_.lock())
      f(whom);
  }

private:
  mutable std::recursive_mutex mutex_;
  caf::weak_actor_ptr whom_;
};

} // namespace bearer::detail
