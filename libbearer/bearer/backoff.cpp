#include <bearer/backoff.hpp>
#include <bearer/detail/saturating.hpp>

#include <algorithm>
#include <cmath>

namespace bearer {

caf::timespan backoff_delay(const renewal_settings& settings,
                            std::uint64_t failures) noexcept {
  const auto steps = static_cast<double>(failures > 0 ? failures - 1 : 0);
  // The power may well be infinite; scale() takes that for "longest".
  const auto growth = std::pow(settings.retry_timeout_exponent, steps);
  return std::min(detail::scale(settings.initial_retry_timeout, growth),
                  settings.max_retry_timeout);
}

caf::timespan jittered_backoff(const renewal_settings& settings,
                               caf::timespan delay, double shift) noexcept {
  return std::clamp(detail::scale(delay, 1.0 + shift),
                    settings.initial_retry_timeout, settings.max_retry_timeout);
}

caf::timespan jittered_refresh(caf::timespan delay, double shift) noexcept {
  return detail::scale(delay, 1.0 - std::abs(shift));
}

caf::timespan
raise_to_retry_after(const renewal_settings& settings, caf::timespan delay,
                     std::optional<caf::timespan> retry_after) noexcept {
  if (!retry_after)
    return delay;
  return std::max(delay, std::min(*retry_after, settings.max_retry_timeout));
}

double jitter::next() noexcept {
  if (width_ == 0.0)
    return 0.0;
  state_ += 0x9E3779B97F4A7C15U;
  auto z = state_;
  z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
  z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
  z ^= z >> 31U;
  // The upper 53 bits make a double in [0, 1).
  const auto unit = static_cast<double>(z >> 11U) * 0x1.0p-53;
  return width_ * (2.0 * unit - 1.0);
}

} // namespace bearer
