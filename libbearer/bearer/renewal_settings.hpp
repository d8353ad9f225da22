#pragma once

#include <bearer/error.hpp>

#include <caf/timespan.hpp>

#include <chrono>
#include <cstdint>
#include <optional>

namespace bearer {

/// How a bearer renews its token. Checked when the bearer is spawned, which
/// keeps a copy.
struct renewal_settings {
  /// How many fetches a request may take, the first one included: `can_retry`
  /// says no once so many were made, and does not reject the last token then.
  std::uint32_t max_retries = 2;

  /// A refresh starts when this fraction of the lifetime that was left at
  /// publication has passed. In (0, 1).
  double lifetime_safe_fraction = 0.9;

  /// The delay after the first failure, and the least time between the starts
  /// of any two attempts. Above 0.
  caf::timespan initial_retry_timeout = std::chrono::seconds{1};

  /// Caps the backoff. At least `initial_retry_timeout`.
  caf::timespan max_retry_timeout = std::chrono::minutes{1};

  /// Growth of the backoff: the delay after failure n is
  /// `min(initial * exponent^(n-1), max)`. Finite, at least 1.
  double retry_timeout_exponent = 1.5;

  /// The limit of one attempt, counted from its start. Above 0.
  caf::timespan refresh_request_timeout = std::chrono::seconds{5};

  /// Spreads the load of many bearers: a backoff is multiplied by a random
  /// factor in [1 - jitter, 1 + jitter], between `initial_retry_timeout` and
  /// `max_retry_timeout`; a scheduled refresh moves earlier by at most this
  /// fraction of its delay. In [0, 0.5]; 0 gives exact times.
  double retry_jitter = 0.1;

  /// A token is not handed out for this long before it expires, so that it does
  /// not expire on its way; never more than half of what is left behind the
  /// safe fraction. Not negative.
  caf::timespan expiry_margin = std::chrono::seconds{10};

  /// How long a fetch may wait that does not say it. Above 0.
  caf::timespan fetch_timeout = std::chrono::minutes{1};

  /// Whether closing the bearer closes its source too.
  bool owns_source = true;

  /// Seeds the jitter; random if not set.
  std::optional<std::uint64_t> seed = {};
};

/// Checks all values.
/// @returns `errc::invalid_setting` naming the setting, or no error.
/// @relates renewal_settings
caf::error validate(const renewal_settings& x);

} // namespace bearer
