#include <bearer/detail/saturating.hpp>
#include <bearer/freshness.hpp>

#include <algorithm>

namespace bearer {

std::optional<caf::timespan> lifetime_left(const token& tok,
                                           caf::timestamp now) noexcept {
  if (!tok.expires_at)
    return std::nullopt;
  return detail::saturating_distance(now, *tok.expires_at);
}

caf::timestamp usable_until(const renewal_settings& settings, const token& tok,
                            caf::timestamp now) noexcept {
  const auto left = lifetime_left(tok, now);
  if (!left)
    return never;
  const auto behind = (1.0 - settings.lifetime_safe_fraction) / 2.0;
  const auto margin = std::min(settings.expiry_margin,
                               detail::scale(*left, behind));
  return detail::saturating_add(*tok.expires_at, -margin);
}

std::optional<caf::timespan> refresh_delay(const renewal_settings& settings,
                                           const token& tok,
                                           caf::timestamp now) noexcept {
  auto result = tok.refresh_after;
  if (auto left = lifetime_left(tok, now)) {
    const auto safe = detail::scale(*left, settings.lifetime_safe_fraction);
    result = result ? std::min(*result, safe) : safe;
  }
  if (result)
    result = std::max(*result, caf::timespan::zero());
  return result;
}

bool is_well_formed(std::string_view access_token) noexcept {
  return std::all_of(access_token.begin(), access_token.end(),
                     [](char c) { return c > ' ' && c <= '~'; });
}

} // namespace bearer
