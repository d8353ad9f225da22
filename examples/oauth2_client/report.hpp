#pragma once

#include "client_run.hpp"

#include <string>

namespace oauth2_client {

/// What became of a run, as one line of JSON. All members are numbers:
///
/// * `requests` were begun; each of them is `ok`, `unauthorised` (the server
///   refused the last token that it could try), `failed` or `lost` (came to no
///   end), and `retried` as well if it was sent more than once;
/// * `source_calls` is how often the bearer asked for a token,
///   `failed_attempts` how often in vain;
/// * `expired_served` counts tokens that had expired when a request got them;
/// * `fetch_p50_us` and `fetch_p99_us` are microseconds from the moment in
/// which
///   a request wanted a token, or another one, until it had it.
std::string json_line(const run_result& run);

} // namespace oauth2_client
