#include "simulation/written_options.hpp"

#include <chrono>
#include <map>
#include <string>

namespace bearer::sim {

namespace {

std::string flag(bool x, wording how) {
  if (how == wording::digits)
    return x ? "1" : "0";
  return x ? "true" : "false";
}

} // namespace

caf::expected<fetch_options> by_text(const fetch_options& x, wording how) {
  auto text = std::map<std::string, std::string>{
    {"token_renew_required", flag(x.renew_required, how)},
    {"token_renew_synchronous", flag(x.renew_synchronous, how)},
    {"token_renew_report_error", flag(x.report_error, how)},
  };
  using std::chrono::seconds;
  if (const auto& limit = x.renew_request_timeout)
    text["token_renew_request_timeout"]
      = std::to_string(std::chrono::duration_cast<seconds>(*limit).count());
  if (x.max_retries)
    text["max_fetch_token_retries"] = std::to_string(*x.max_retries);
  auto result = parse_fetch_options(text);
  if (!result)
    return result;
  result->timeout = x.timeout;
  result->newer_than = x.newer_than;
  return result;
}

} // namespace bearer::sim
