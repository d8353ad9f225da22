#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>

namespace example {

/// Where clients leave their tallies when they end. Thread-safe.
/// @tparam Tally Has a `+=`.
template <class Tally>
class collector {
public:
  /// @returns how many were added so far.
  std::size_t add(const Tally& what) {
    auto guard = std::lock_guard{mutex_};
    total_ += what;
    changed_.notify_all();
    return ++count_;
  }

  /// Waits until this many tallies were added.
  /// @returns whether they came within the limit.
  bool wait_for(std::size_t count, std::chrono::seconds limit) {
    auto guard = std::unique_lock{mutex_};
    return changed_.wait_for(guard, limit, [&] { return count_ >= count; });
  }

  /// How many were added so far.
  std::size_t count() const {
    auto guard = std::lock_guard{mutex_};
    return count_;
  }

  Tally total() const {
    auto guard = std::lock_guard{mutex_};
    return total_;
  }

private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t count_ = 0;
  Tally total_;
};

} // namespace example
