#pragma once

#include "support/collector.hpp"

#include <caf/timestamp.hpp>

#include <cstdint>
#include <map>
#include <string>

namespace token_node {

/// When something happened last, or first, to a generation, by its count.
using generation_times = std::map<std::uint64_t, caf::timestamp>;

/// What clients saw.
struct tally {
  // How fetches ended, apart from those that the end of the program cut short.
  std::uint64_t tokens = 0;
  std::uint64_t lost = 0;

  /// Tokens that had expired before the fetch began that got them.
  std::uint64_t expired = 0;

  /// Tokens that came to who had rejected them before the fetch began.
  std::uint64_t rejected = 0;

  /// Tokens that came to who had got a newer one before.
  std::uint64_t older = 0;

  /// Why the first fetch was lost that was.
  std::string first_error;

  /// When each token came last.
  generation_times last_given;

  std::uint64_t fetches() const noexcept {
    return tokens + lost;
  }

  tally& operator+=(const tally& other);
};

using tally_collector = example::collector<tally>;

} // namespace token_node
