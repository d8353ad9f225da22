#include <bearer/renewal_settings.hpp>

#include <cmath>
#include <string>
#include <string_view>

namespace bearer {

namespace {

caf::error invalid(std::string_view setting, std::string_view rule) {
  auto what = std::string{setting};
  what.append(": must be ").append(rule);
  return caf::make_error(errc::invalid_setting, std::move(what));
}

} // namespace

caf::error validate(const renewal_settings& x) {
  constexpr auto zero = caf::timespan::zero();
  // Written so that NaN fails each comparison and hence the check.
  if (!(x.lifetime_safe_fraction > 0 && x.lifetime_safe_fraction < 1))
    return invalid("lifetime_safe_fraction", "above 0 and below 1");
  if (x.initial_retry_timeout <= zero)
    return invalid("initial_retry_timeout", "above 0");
  if (x.max_retry_timeout < x.initial_retry_timeout)
    return invalid("max_retry_timeout", "at least initial_retry_timeout");
  if (!(x.retry_timeout_exponent >= 1
        && std::isfinite(x.retry_timeout_exponent)))
    return invalid("retry_timeout_exponent", "finite and at least 1");
  if (x.refresh_request_timeout <= zero)
    return invalid("refresh_request_timeout", "above 0");
  if (!(x.retry_jitter >= 0 && x.retry_jitter <= 0.5))
    return invalid("retry_jitter", "in [0, 0.5]");
  if (x.expiry_margin < zero)
    return invalid("expiry_margin", "0 or above");
  if (x.fetch_timeout <= zero)
    return invalid("fetch_timeout", "above 0");
  return {};
}

} // namespace bearer
