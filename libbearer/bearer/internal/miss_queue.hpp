#pragma once

#include <bearer/error.hpp>
#include <bearer/internal/fetch_reply.hpp>
#include <bearer/internal/fetch_terms.hpp>

#include <caf/error.hpp>
#include <caf/timespan.hpp>

#include <deque>
#include <memory>
#include <mutex>
#include <utility>

namespace bearer::internal {

/// A fetch on its way from the cache to the refresher.
struct miss {
  fetch_terms terms;

  /// How long it may wait.
  caf::timespan budget;

  fetch_reply reply;
};

/// What `missed_fetches` refers to. The cache adds, on its callers' threads,
/// until the refresher closes the queue; from then on it is the refresher's.
class miss_queue {
public:
  miss_queue() = default;

  miss_queue(const miss_queue&) = delete;

  miss_queue& operator=(const miss_queue&) = delete;

  /// Answers those that nobody has taken: the refresher has ended.
  ~miss_queue() {
    try {
      for (auto& one : fetches_)
        one.reply.give_up(caf::make_error(errc::stopped));
    } catch (...) {
      // There is no memory for it; for what CAF says there may be.
    }
  }

  /// Adds one, unless the queue is closed: then leaves it as it is.
  /// @returns whether it was added.
  bool add(miss& what) {
    const auto guard = std::lock_guard{mutex_};
    if (closed_)
      return false;
    fetches_.push_back(std::move(what));
    return true;
  }

  /// From now on nobody joins.
  void close() {
    const auto guard = std::lock_guard{mutex_};
    closed_ = true;
  }

  /// Calls `f` with each of them, in their order, once the queue is closed.
  template <class F>
  void take(F f) {
    for (; !fetches_.empty(); fetches_.pop_front())
      f(fetches_.front());
  }

private:
  std::mutex mutex_;
  bool closed_ = false;
  std::deque<miss> fetches_;
};

/// What may go in one message.
struct miss_kind {
  /// Waits for the outcome of one attempt.
  bool synchronous = false;

  /// Overtakes messages that are not urgent, also those that it follows.
  bool urgent = false;

  friend bool operator==(const miss_kind&, const miss_kind&) = default;
};

/// The last message of a cache to its refresher, if it has misses in it.
class open_message {
public:
  /// Adds a fetch to it.
  /// @returns what to send if there is no such message any more, else null.
  std::shared_ptr<miss_queue> add(miss what, miss_kind kind) {
    if (const auto known = queue_.lock();
        known && kind_ == kind && known->add(what))
      return nullptr;
    auto result = std::make_shared<miss_queue>();
    result->add(what);
    queue_ = result;
    kind_ = kind;
    return result;
  }

  /// Another message follows it. What is missed from now on comes later.
  void close() noexcept {
    queue_.reset();
  }

private:
  /// Weak, so that it is known to be lost when the refresher has ended.
  std::weak_ptr<miss_queue> queue_;

  miss_kind kind_;
};

} // namespace bearer::internal
