#pragma once

#include <bearer/token.hpp>

#include "life.hpp"

#include <cstdint>
#include <limits>
#include <mutex>
#include <string>
#include <string_view>

namespace stress {

/// What must not happen, as counted by everybody who could see it, and what is
/// worth telling besides. May be used from any thread.
class findings {
public:
  // -- violations -------------------------------------------------------------

  /// Tokens that had expired when they arrived.
  counter expired = 0;

  /// Tokens that had been rejected before they were asked for.
  counter rejected = 0;

  /// Tokens without expiry or of another bearer.
  counter foreign = 0;

  /// Events that came out of order.
  counter disorder = 0;

  // -- figures ----------------------------------------------------------------

  counter fetches = 0;
  counter tokens = 0;
  counter fast_reads = 0;
  counter rejections = 0;
  counter victims = 0;
  counter subscribers = 0;
  counter events = 0;
  counter lives = 0;

  /// What was left of the token that came closest to its end, in nanoseconds.
  std::atomic<std::int64_t> least_left
    = std::numeric_limits<std::int64_t>::max();

  // ---------------------------------------------------------------------------

  /// Judges a token that has just arrived.
  /// @param floor `life::floor` from before it was asked for.
  void check(const bearer::token& what, std::uint64_t floor, const life& of);

  /// An error that nothing in this program explains; the first one is kept.
  void note_unexpected(std::string_view where, const caf::error& what);

  std::string unexpected() const;

private:
  mutable std::mutex mutex_;
  std::string unexpected_;
};

/// Whether a fetch may end with this here.
bool is_explained(const caf::error& what);

} // namespace stress
