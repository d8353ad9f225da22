#pragma once

#include <bearer/status.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

namespace bearer {

/// A snapshot of a family of bearers, without secrets. All counts are sums
/// since the spawn.
struct family_status {
  /// The bearers that the family holds now, by their keys.
  std::map<std::string, status> bearers = {};

  /// Bearers that the family has taken in.
  std::uint64_t created = 0;

  /// Bearers that it has let go: idle ones, those that made room for another
  /// key, those that were found stopped and replaced, and at its end all.
  std::uint64_t evicted = 0;

  /// Keys that were asked for and found all bearers in use.
  std::uint64_t refused = 0;

  /// How many bearers the family holds now.
  std::size_t size() const noexcept {
    return bearers.size();
  }
};

/// @relates family_status
template <class Inspector>
bool inspect(Inspector& f, family_status& x) {
  return f.object(x).fields(f.field("bearers", x.bearers),
                            f.field("created", x.created),
                            f.field("evicted", x.evicted),
                            f.field("refused", x.refused));
}

} // namespace bearer
