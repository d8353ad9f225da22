#pragma once

#include <cstdint>

namespace bearer::internal {

/// What a fetch asks of the machine, in one word: there may be many.
struct fetch_terms {
  static constexpr std::uint64_t most = (std::uint64_t{1} << 62U) - 1;

  /// The answer's count must be above this one, at most `most`.
  std::uint64_t newer_than : 62 = 0;

  /// Wants the outcome of one attempt rather than success at last.
  bool wants_outcome : 1 = false;

  /// May start an attempt ahead of the backoff.
  bool ahead_of_backoff : 1 = false;

  friend bool operator==(const fetch_terms&, const fetch_terms&) = default;
};

} // namespace bearer::internal
