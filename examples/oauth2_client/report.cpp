#include "report.hpp"

#include <array>
#include <cstdint>
#include <cstdio>
#include <string_view>

namespace oauth2_client {

namespace {

/// Writes an object whose members are numbers.
class object {
public:
  object& add(std::string_view name, std::uint64_t value) {
    return add_text(name, std::to_string(value));
  }

  object& add(std::string_view name, std::chrono::nanoseconds value) {
    auto text = std::array<char, 32>{};
    std::snprintf(text.data(), text.size(), "%.1f",
                  static_cast<double>(value.count()) / 1e3);
    return add_text(name, text.data());
  }

  std::string text() const {
    return '{' + members_ + '}';
  }

private:
  object& add_text(std::string_view name, const std::string& value) {
    if (!members_.empty())
      members_ += ',';
    members_.append(1, '"').append(name).append("\":").append(value);
    return *this;
  }

  std::string members_;
};

} // namespace

std::string json_line(const run_result& run) {
  const auto& seen = run.clients;
  return object{}
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
