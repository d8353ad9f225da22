#pragma once

#include <bearer/generation.hpp>
#include <bearer/token.hpp>

#include <caf/error.hpp>
#include <caf/timestamp.hpp>

#include "tally.hpp"

#include <cstdint>

namespace token_node {

/// Judges what one client gets, who fetches one token after the other.
class witness {
public:
  /// A fetch that began then got this token now.
  void gets(const bearer::token& what, caf::timestamp begun,
            caf::timestamp now);

  /// A fetch got none.
  void misses(const caf::error& why);

  /// The client has rejected this one, before whatever it gets from now on.
  void rejects(const bearer::generation& what);

  const tally& result() const noexcept {
    return tally_;
  }

private:
  tally tally_;

  // Counts of generations; zero before the first.
  std::uint64_t newest_ = 0;
  std::uint64_t rejected_ = 0;
};

} // namespace token_node
