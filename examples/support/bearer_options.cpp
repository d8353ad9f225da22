#include "bearer_options.hpp"

namespace example {

void add_bearer_options(option_adder& to, bearer::renewal_settings& x,
                        std::uint64_t& seed) {
  to.add(x.max_retries, "max-retries",
         "of the bearer: tokens that one request may try, by default 2")
    .add(x.lifetime_safe_fraction, "lifetime-safe-fraction",
         "of the bearer: when to refresh, by default at 0.9 of the lifetime")
    .add(x.initial_retry_timeout, "initial-retry-timeout",
         "of the bearer: first delay after a failure, by default 1s")
    .add(x.max_retry_timeout, "max-retry-timeout",
         "of the bearer: longest delay after a failure, by default 1min")
    .add(x.retry_timeout_exponent, "retry-timeout-exponent",
         "of the bearer: growth of that delay, by default 1.5")
    .add(x.refresh_request_timeout, "refresh-request-timeout",
         "of the bearer: limit of one token request, by default 5s")
    .add(x.retry_jitter, "retry-jitter",
         "of the bearer: random part of delays, by default 0.1")
    .add(x.expiry_margin, "expiry-margin",
         "of the bearer: not used so long before the expiry, by default 10s")
    .add(x.fetch_timeout, "fetch-timeout",
         "of the bearer: limit of one request with its retries, by default "
         "1min")
    .add(seed, "seed", "of the bearer: of the jitter, by default random");
}

} // namespace example
