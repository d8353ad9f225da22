#include "simulation/spec/arithmetic.hpp"

#include <algorithm>
#include <cmath>

namespace bearer::sim::spec {

namespace {

/// Enough bits for any number of nanoseconds.
using exact = long double;

constexpr auto longest = caf::timespan::max();

exact count(caf::timespan x) {
  return static_cast<exact>(x.count());
}

caf::timespan span(exact x) {
  if (x >= count(longest))
    return longest;
  return caf::timespan{static_cast<caf::timespan::rep>(std::max<exact>(x, 0))};
}

caf::timespan remaining(const token& tok, caf::timestamp now) {
  return span(count(tok.expires_at->time_since_epoch())
              - count(now.time_since_epoch()));
}

} // namespace

caf::timespan slop(caf::timespan of) {
  return caf::timespan{2} + span(count(of) * 1e-12L);
}

caf::timespan later(caf::timespan when, caf::timespan delay) {
  return span(count(when) + count(delay));
}

caf::timestamp later(caf::timestamp when, caf::timespan delay) {
  return caf::timestamp{later(when.time_since_epoch(), delay)};
}

bounds backoff(const renewal_settings& settings, std::uint64_t n,
               bool permanent, std::optional<caf::timespan> retry_after) {
  const auto first = count(settings.initial_retry_timeout);
  const auto cap = count(settings.max_retry_timeout);
  const auto growth = std::pow(exact{settings.retry_timeout_exponent},
                               static_cast<exact>(n - 1));
  const auto base = permanent ? cap : std::min(first * growth, cap);
  const auto asked = retry_after ? std::min(count(*retry_after), cap) : 0;
  auto moved = [&](exact factor) {
    return std::max(std::clamp(base * factor, first, cap), asked);
  };
  return {span(moved(1 - exact{settings.retry_jitter})),
          span(moved(1 + exact{settings.retry_jitter}))};
}

std::optional<bounds> refresh(const renewal_settings& settings,
                              const token& tok, caf::timestamp now) {
  if (!tok.expires_at && !tok.refresh_after)
    return std::nullopt;
  auto delay = count(longest);
  if (tok.expires_at)
    delay = count(remaining(tok, now)) * exact{settings.lifetime_safe_fraction};
  if (tok.refresh_after)
    delay = std::min(delay, count(*tok.refresh_after));
  return bounds{span(delay * (1 - exact{settings.retry_jitter})), span(delay)};
}

caf::timestamp wall_end(const renewal_settings& settings, const token& tok,
                        caf::timestamp now) {
  return later(now, usable_for(settings, tok, now));
}

caf::timespan usable_for(const renewal_settings& settings, const token& tok,
                         caf::timestamp now) {
  if (!tok.expires_at)
    return longest;
  const auto left = count(remaining(tok, now));
  const auto behind = left * (1 - exact{settings.lifetime_safe_fraction}) / 2;
  return span(left - std::min(behind, count(settings.expiry_margin)));
}

} // namespace bearer::sim::spec
