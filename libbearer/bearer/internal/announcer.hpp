#pragma once

#include <bearer/detail/saturating.hpp>
#include <bearer/error.hpp>
#include <bearer/internal/event_feed.hpp>
#include <bearer/internal/refresh_machine.hpp>

#include <caf/timespan.hpp>

#include <cstddef>
#include <optional>
#include <utility>

namespace bearer::internal {

/// Turns what a machine does into events. Suppressed wishes go with the events
/// of attempts only, which bounds the rate of all events.
/// @tparam Self the actor type of the sender.
template <class Self>
class announcer {
public:
  announcer(Self* self, refresh_machine& machine)
    : feed_(self), machine_(machine) {
    // nop
  }

  void started(const attempt& what, std::size_t waiters, time_reading now) {
    suppressed(now);
    feed_.emit(now.wall,
               events::attempt_started{what.number, what.reason, waiters});
  }

  void ended(const attempt_result& result, time_reading now) {
    suppressed(now);
    feed_.emit(now.wall,
               events::attempt_ended{result.number, result.how, result.error,
                                     is_permanent(result.error),
                                     machine_.next_attempt_in(now)});
    if (result.how == events::outcome::renewed)
      published(now);
  }

  void rejected(const generation& what, time_reading now) {
    feed_.emit(now.wall, events::rejected{what});
  }

  void withdrawn(const generation& what, time_reading now) {
    feed_.emit(now.wall, events::withdrawn{what});
  }

  /// The bearer has stopped; there will be no more.
  void stopped(time_reading now) {
    suppressed(now);
    feed_.end(now.wall);
    stopped_ = true;
  }

  /// Adds a listener, which gets the present state first, or the end.
  void add(const event_listener& who, time_reading now, status present) {
    if (!who)
      return;
    if (stopped_)
      feed_.send_end(who, now.wall);
    else
      feed_.add(who, now.wall, std::move(present));
  }

  void remove(const event_listener& who) {
    feed_.remove(who);
  }

private:
  void suppressed(time_reading now) {
    if (auto what = machine_.take_suppressed(); what != events::suppressed{})
      feed_.emit(now.wall, what);
  }

  void published(time_reading now) {
    auto lifetime = std::optional<caf::timespan>{};
    if (const auto& end = machine_.current().expires_at)
      lifetime = detail::saturating_distance(now.wall, *end);
    feed_.emit(now.wall, events::published{machine_.newest(), lifetime});
  }

  event_feed<Self> feed_;
  refresh_machine& machine_;
  bool stopped_ = false;
};

} // namespace bearer::internal
