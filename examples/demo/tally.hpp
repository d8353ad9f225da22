#pragma once

#include "histogram.hpp"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>

namespace demo {

/// What clients saw.
struct tally {
  std::uint64_t sent = 0;

  // Every fetch sent is one of these in the end, or its answer was lost.
  std::uint64_t tokens = 0;
  std::uint64_t timed_out = 0;
  std::uint64_t failed = 0;

  /// Tokens that had expired when they arrived.
  std::uint64_t expired = 0;

  /// Tokens that the server refused.
  std::uint64_t refused = 0;

  /// The first error that nothing in this program explains.
  std::string unexpected;

  histogram latencies;

  std::uint64_t answered() const noexcept {
    return tokens + timed_out + failed;
  }

  tally& operator+=(const tally& other);
};

/// Where clients leave their tallies when they end.
class collector {
public:
  void add(const tally& what);

  /// Waits until this many tallies were added.
  /// @returns whether they came within the limit.
  bool wait_for(std::size_t count, std::chrono::seconds limit);

  tally total() const;

private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t count_ = 0;
  tally total_;
};

} // namespace demo
