#include "report.hpp"

#include "support/json_object.hpp"

namespace oauth2_client {

std::string json_line(const run_result& run) {
  const auto& seen = run.clients;
  return example::json_object{}
    .add("requests", run.requests)
    .add("ok", seen.ok)
    .add("unauthorised", seen.unauthorised)
    .add("failed", seen.failed)
    .add("lost", run.lost())
    .add("retried", seen.retried)
    .add("source_calls", run.bearer.attempts)
    .add("failed_attempts", run.bearer.failed_attempts)
    .add("expired_served", seen.expired_served)
    .add("fetch_p50_us", seen.fetches.quantile(0.5))
    .add("fetch_p99_us", seen.fetches.quantile(0.99))
    .text();
}

} // namespace oauth2_client
