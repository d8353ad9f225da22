#pragma once

#include <bearer/renewal_settings.hpp>

#include <caf/error.hpp>
#include <caf/timespan.hpp>

#include <chrono>
#include <cstddef>

namespace bearer {

/// How a family keeps its bearers. Checked when the family is spawned.
struct family_settings {
  /// The most bearers that the family holds at a time. A new key takes the
  /// place of the one that was asked for least recently among those not in use;
  /// if all are in use, it is refused. Above 0.
  std::size_t max_size = 10'000;

  /// A bearer that has not been in use for this long is let go, at most a
  /// quarter of this time (or 10 ms) later. Above 0.
  caf::timespan idle_time = std::chrono::minutes{10};

  /// How each of the bearers renews its token. With `owns_source`, whatever
  /// bearer the family lets go closes its source.
  renewal_settings renewal = {};
};

/// Checks all values.
/// @returns `errc::invalid_setting` naming the setting, or no error.
/// @relates family_settings
caf::error validate(const family_settings& x);

} // namespace bearer
