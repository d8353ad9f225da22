#pragma once

#include "support/collector.hpp"
#include "support/histogram.hpp"

#include <cstdint>
#include <string>

namespace file_demo {

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

  example::histogram latencies;

  std::uint64_t answered() const noexcept {
    return tokens + timed_out + failed;
  }

  tally& operator+=(const tally& other);
};

using tally_collector = example::collector<tally>;

} // namespace file_demo
