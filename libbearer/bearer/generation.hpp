#pragma once

#include <cstdint>
#include <string>

namespace bearer {

/// Names one published token of one bearer. Counts grow strictly within a
/// bearer; generations of different bearers have no order, and none is defined
/// here so that nobody compares them by accident.
struct generation {
  /// Random identity of the bearer that published the token; 0 before that.
  std::uint64_t id = 0;

  /// Counts the bearer's published tokens from 1; 0 means "none yet".
  std::uint64_t count = 0;

  /// Whether both name the same token of the same bearer.
  friend bool operator==(const generation&, const generation&) = default;
};

/// Whether a token of `next` may take the place of one of `held`: it is newer,
/// or of another bearer.
/// @relates generation
inline bool supersedes(const generation& next,
                       const generation& held) noexcept {
  return next.id != held.id || next.count > held.count;
}

/// @relates generation
template <class Inspector>
bool inspect(Inspector& f, generation& x) {
  return f.object(x).fields(f.field("id", x.id), f.field("count", x.count));
}

/// Renders the generation as `count@id`, the id in hexadecimal digits.
/// @relates generation
std::string to_string(const generation& x);

} // namespace bearer
