#pragma once

#include <bearer/renewal_settings.hpp>

#include <caf/timespan.hpp>

#include <cstdint>
#include <optional>

namespace bearer {

/// The delay after failure `failures` (counted from 1), before jitter:
/// `min(initial * exponent^(failures-1), max)`. Finite for every count,
/// monotone and capped.
caf::timespan backoff_delay(const renewal_settings& settings,
                            std::uint64_t failures) noexcept;

/// Moves a backoff by the factor `1 + shift`, within [initial, max].
/// @param shift In [-retry_jitter, retry_jitter].
caf::timespan jittered_backoff(const renewal_settings& settings,
                               caf::timespan delay, double shift) noexcept;

/// Moves a scheduled refresh earlier by the factor `1 - abs(shift)`: later
/// would eat into the token's safe time.
/// @param shift In [-retry_jitter, retry_jitter].
caf::timespan jittered_refresh(caf::timespan delay, double shift) noexcept;

/// Raises a backoff to what the source asked for, up to the cap.
/// @param retry_after Counted from the end of the attempt, as the backoff is.
caf::timespan
raise_to_retry_after(const renewal_settings& settings, caf::timespan delay,
                     std::optional<caf::timespan> retry_after) noexcept;

/// A small reproducible source of jitter (the SplitMix64 generator: one word of
/// state, so that a hundred thousand bearers cost nothing). Not thread-safe,
/// and of no use for cryptography.
class jitter {
public:
  /// @param seed Equal seeds give equal shifts.
  /// @param width Bound of the absolute value; 0 gives 0 always.
  jitter(std::uint64_t seed, double width) noexcept
    : state_(seed), width_(width) {
    // nop
  }

  /// The next shift, uniform in [-width, width].
  double next() noexcept;

private:
  std::uint64_t state_;
  double width_;
};

} // namespace bearer
