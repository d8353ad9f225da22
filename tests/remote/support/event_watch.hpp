#pragma once

#include <bearer/event.hpp>
#include <bearer/handle.hpp>

#include "support/real_time.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <algorithm>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <utility>
#include <variant>
#include <vector>

namespace bearer::test {

/// Waits for the events of a bearer on CAF's own scheduler.
class event_watch {
public:
  using matcher = std::function<bool(const event&)>;

  /// Subscribes.
  explicit event_watch(const handle& bearer) {
    listener_ = bearer.actor().home_system().spawn(
      [state = state_](
        event_listener::pointer) -> event_listener::behavior_type {
        return {[state](const event& what) { state->add(what); }};
      });
    bearer.subscribe(listener_);
    // The first one tells that what happens from now on is heard.
    if (!wait([](const event&) { return true; }))
      throw std::runtime_error("the bearer takes no listener");
  }

  /// Waits until there were `n` events that match.
  bool wait(const matcher& matches, std::ptrdiff_t n = 1) const {
    auto lock = std::unique_lock{state_->mutex};
    return state_->changed.wait_for(lock, patience, [&] {
      return std::count_if(state_->all.begin(), state_->all.end(), matches)
             >= n;
    });
  }

  /// Waits for `n` events of one kind.
  template <class T>
  bool wait(std::ptrdiff_t n = 1) const {
    return wait(
      [](const event& x) { return std::holds_alternative<T>(x.what); }, n);
  }

  /// How many events of one kind there were.
  template <class T>
  std::ptrdiff_t count() const {
    const auto guard = std::lock_guard{state_->mutex};
    return std::count_if(state_->all.begin(), state_->all.end(),
                         [](const event& x) {
                           return std::holds_alternative<T>(x.what);
                         });
  }

private:
  struct state {
    void add(const event& what) {
      const auto guard = std::lock_guard{mutex};
      all.push_back(what);
      changed.notify_all();
    }

    std::mutex mutex;
    std::condition_variable changed;
    std::vector<event> all;
  };

  std::shared_ptr<state> state_ = std::make_shared<state>();

  /// Which the bearer does not keep.
  event_listener listener_;
};

/// Whether an attempt has failed with this error.
inline event_watch::matcher failed_with(errc code) {
  return [code](const event& x) {
    const auto* end = std::get_if<events::attempt_ended>(&x.what);
    return end != nullptr && end->error == code;
  };
}

} // namespace bearer::test
