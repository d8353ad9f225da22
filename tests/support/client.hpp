#pragma once

#include <bearer/handle.hpp>

#include <caf/actor_addr.hpp>
#include <caf/actor_system.hpp>
#include <caf/expected.hpp>

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace bearer::test {

/// The answer to a fetch, once it is there.
class pending_fetch {
public:
  /// How many answers came; anything but 0 and 1 is a bug.
  std::size_t answers() const {
    const auto guard = std::lock_guard{state_->mutex};
    return state_->answers.size();
  }

  bool done() const {
    return answers() > 0;
  }

  /// The token; throws unless there is exactly one answer and it is one.
  const token& value() const;

  /// The error; throws unless there is exactly one answer and it is one.
  const caf::error& error() const;

  struct state {
    void add(caf::expected<token> what) {
      const auto guard = std::lock_guard{mutex};
      answers.push_back(std::move(what));
    }

    mutable std::mutex mutex;
    std::vector<caf::expected<token>> answers;
    caf::actor_addr client;
  };

  std::shared_ptr<state> state_ = std::make_shared<state>();
};

/// Spawns an actor that fetches once from the bearer's cache. It does not keep
/// the bearer alive while it waits.
pending_fetch fetch(const handle& bearer, const fetch_options& opts = {});

/// Spawns an actor that fetches once through `receiver`.
pending_fetch fetch(caf::actor_system& sys, const receiver_actor& receiver,
                    const fetch_options& opts = {});

/// Ends the actor that waits.
void kill(const pending_fetch& waiting);

/// Spawns an actor that asks `receiver` whether to retry after `err`; run the
/// system, then look at the result.
std::shared_ptr<std::optional<bool>>
can_retry(caf::actor_system& sys, const receiver_actor& receiver,
          const caf::error& err, const fetch_options& opts = {});

/// Collects the events of a bearer.
class event_log {
public:
  /// Subscribes.
  explicit event_log(const handle& bearer);

  /// All events so far, in order.
  const std::vector<event>& all() const {
    return *events_;
  }

  /// The payloads of one kind, in order.
  template <class T>
  std::vector<T> of() const {
    auto result = std::vector<T>{};
    for (const auto& x : *events_)
      if (auto* what = std::get_if<T>(&x.what))
        result.push_back(*what);
    return result;
  }

  const event_listener& listener() const {
    return listener_;
  }

private:
  std::shared_ptr<std::vector<event>> events_;
  event_listener listener_;
};

} // namespace bearer::test
