#pragma once

#include <bearer/error.hpp>
#include <bearer/generation.hpp>

#include <caf/expected.hpp>
#include <caf/timespan.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace bearer {

/// What one caller asks of one fetch. A token that is usable, not rejected, and
/// newer than `newer_than` is handed out at once; most options tell what a miss
/// waits for. Options of one caller never worsen another caller's answer.
struct fetch_options {
  /// Wants a newer token than the one current when the fetch arrives. This, and
  /// a `newer_than` that names the current one, are what force a renewal.
  bool renew_required = false;

  /// On a miss, waits for one attempt's outcome (the one under way or the next)
  /// instead of until success. May start ahead of the backoff, though never
  /// closer than `initial_retry_timeout` to the attempt before.
  bool renew_synchronous = false;

  /// Bounds this caller's wait; the smaller of it and `timeout` counts. Not
  /// negative. The limit of an attempt is always
  /// `renewal_settings::refresh_request_timeout`.
  std::optional<caf::timespan> renew_request_timeout = {};

  /// On a miss, reports the next attempt's own error instead of waiting through
  /// retries. Never starts an attempt ahead of the backoff.
  bool report_error = false;

  /// Overrides `renewal_settings::max_retries` of the receiver.
  std::optional<std::uint32_t> max_retries = {};

  /// How long this fetch may wait, counted from its arrival; not negative.
  /// Default: `renewal_settings::fetch_timeout`.
  std::optional<caf::timespan> timeout = {};

  /// Wants a token of this bearer that is newer than this generation.
  std::optional<generation> newer_than = {};

  friend bool operator==(const fetch_options&, const fetch_options&) = default;
};

/// @relates fetch_options
template <class Inspector>
bool inspect(Inspector& f, fetch_options& x) {
  return f.object(x).fields(
    f.field("renew_required", x.renew_required),
    f.field("renew_synchronous", x.renew_synchronous),
    f.field("renew_request_timeout", x.renew_request_timeout),
    f.field("report_error", x.report_error),
    f.field("max_retries", x.max_retries), f.field("timeout", x.timeout),
    f.field("newer_than", x.newer_than));
}

/// Checks each value by itself, without a bearer.
/// @returns `errc::invalid_option` naming the option, or no error.
/// @relates fetch_options
caf::error validate(const fetch_options& x);

/// Parses options from strings, as request layers pass them on.
///
/// | key                           | value                                   |
/// |-------------------------------|-----------------------------------------|
/// | `token_renew_required`        | `true`, `false`, `1`, `0`               |
/// | `token_renew_synchronous`     | `true`, `false`, `1`, `0`               |
/// | `token_renew_request_timeout` | seconds, such as `5` or `0.25`; above 0 |
/// | `token_renew_report_error`    | `true`, `false`, `1`, `0`               |
/// | `max_fetch_token_retries`     | a whole number                          |
///
/// Other keys belong to other layers and are passed over, except unknown ones
/// that begin with `token_renew_`: those are misspelt.
/// @returns the options, or `errc::invalid_option` naming the key.
/// @relates fetch_options
caf::expected<fetch_options>
parse_fetch_options(const std::map<std::string, std::string>& options);

} // namespace bearer
