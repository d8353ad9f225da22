#include "server.hpp"

#include <charconv>
#include <chrono>
#include <stdexcept>
#include <string_view>

namespace demo {

namespace {

std::vector<std::string> arguments(caf::timespan token_lifetime) {
  const auto seconds = std::chrono::duration<double>{token_lifetime}.count();
  return {"--token-lifetime=" + std::to_string(seconds)};
}

/// The number behind a name in a line of JSON.
std::uint64_t number_in(const std::string& json, std::string_view name) {
  const auto key = '"' + std::string{name} + "\":";
  auto result = std::uint64_t{0};
  const auto at = json.find(key);
  const auto* end = json.data() + json.size();
  if (at == std::string::npos
      || std::from_chars(json.data() + at + key.size(), end, result).ec
           != std::errc{})
    throw std::runtime_error("the server does not count " + std::string{name});
  return result;
}

} // namespace

server::server(caf::timespan token_lifetime)
  : process_(BEARER_OAUTH_SERVER, arguments(token_lifetime)),
    url_(next_line()) {
  // nop
}

server_counts server::counts() {
  tell("stats");
  const auto json = next_line();
  return {number_in(json, "token_requests"),
          number_in(json, "tokens_issued"),
          number_in(json, "resource_ok"),
          number_in(json, "resource_unauthorised"),
          number_in(json, "expired_presented"),
          number_in(json, "revoked_presented")};
}

std::string server::next_line() {
  auto result = process_.hear(std::chrono::seconds{30});
  if (!result)
    throw std::runtime_error("the server says nothing");
  return std::move(*result);
}

} // namespace demo
