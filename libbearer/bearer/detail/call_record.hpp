#pragma once

#include <bearer/detail/caf_compat.hpp>

#include <caf/action.hpp>
#include <caf/actor.hpp>
#include <caf/actor_cast.hpp>
#include <caf/actor_control_block.hpp>
#include <caf/expected.hpp>

#include <functional>
#include <mutex>
#include <stop_token>
#include <utility>

namespace bearer::detail {

/// What work on a thread that is not CAF's and the actors that wait for it have
/// in common. All members may be called from any thread.
///
/// The thread outlives the actors if the work blocks, even the actor system.
/// Therefore it touches the receiving actor under the lock only, and that actor
/// needs the lock in order to end: as long as the thread holds it, actor and
/// actor system are there, and the thread's reference to the actor is never the
/// last one. The mutex is recursive so that an actor that ended inside of the
/// thread all the same would not block itself.
template <class T>
class call_record {
public:
  using result_handler = std::function<void(caf::expected<T>)>;

  /// Asks the work to end early; runs its stop callbacks here and now.
  void request_stop() {
    stop_.request_stop();
  }

  std::stop_token stop_token() const {
    return stop_.get_token();
  }

  /// Whether the work is done. Hold `lock()` to rely on a "no".
  bool ended() const {
    auto guard = lock();
    return ended_;
  }

  /// As long as this is held, the work does not end.
  std::unique_lock<std::recursive_mutex> lock() const {
    return std::unique_lock{mutex_};
  }

  /// Runs `on_result` inside `receiver` when the work is done.
  void attach(caf::weak_actor_ptr receiver, result_handler on_result) {
    auto guard = lock();
    receiver_ = std::move(receiver);
    on_result_ = std::move(on_result);
  }

  /// The receiver ends; from now on nobody touches it.
  void detach() {
    auto guard = lock();
    receiver_ = nullptr;
    on_result_ = nullptr;
  }

  /// The work is done.
  void complete(caf::expected<T> result) {
    auto guard = lock();
    ended_ = true;
    auto receiver = caf::actor_cast<caf::actor>(receiver_.lock());
    if (!receiver)
      return;
    // An action and no message: what messages hold can be looked at.
    detail::anon_mail(receiver,
                      caf::make_action([handler = on_result_,
                                        result = std::move(result)]() mutable {
                        handler(std::move(result));
                      }));
  }

private:
  mutable std::recursive_mutex mutex_;
  std::stop_source stop_;
  bool ended_ = false;
  caf::weak_actor_ptr receiver_;
  result_handler on_result_;
};

} // namespace bearer::detail
