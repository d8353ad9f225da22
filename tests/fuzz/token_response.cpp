#include <bearer/freshness.hpp>
#include <bearer/oauth2/token_response.hpp>
#include <bearer/source/token_text.hpp>

#include "fuzz/fuzz.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>

using namespace bearer;
using namespace bearer::fuzz;

namespace {

constexpr auto asked = caf::timestamp{std::chrono::seconds{1'700'000'000}};
constexpr auto answered = asked + std::chrono::seconds{2};

/// Lines with status, content type and `Retry-After`, then the body.
http::response response_of(std::string_view input) {
  auto result = http::response{};
  const auto status = take_line(input);
  std::from_chars(status.data(), status.data() + status.size(), result.status);
  for (const auto* name : {"Content-Type", "Retry-After"})
    result.fields.push_back({name, secret{with_secrets(take_line(input))}});
  result.body = secret{with_secrets(input)};
  return result;
}

void check(const oauth2::granted& x, std::uint16_t status) {
  const auto token = x.access_token.access_token.view();
  require(status >= 200 && status < 300, "only success grants a token");
  require(!token.empty() && token.size() <= max_token_size,
          "a token has a length");
  require(is_well_formed(token), "a token can stand in a header");
  const auto refresh_token = x.refresh_token.view();
  require(refresh_token.size() <= max_token_size,
          "a refresh token is not endless");
  require(std::ranges::all_of(refresh_token,
                              [](char c) { return c >= ' ' && c <= '~'; }),
          "a refresh token is visible ASCII");
}

void check(const caf::error& err, std::uint16_t status) {
  require_good(err);
  const auto said = refusal_of(err);
  require(!is_permanent(err) || said.has_value(),
          "only a refusal is permanent");
  require(!is_permanent(err) || status < 500, "an ill server is asked again");
  require(retry_after_of(err).value_or(caf::timespan::zero()).count() >= 0,
          "nobody waits for the past");
  if (!said)
    return;
  require(said->status == status && said->server == "server",
          "a refusal says who refused, and how");
  require(said->error.size() <= 64 && said->description.size() <= 256,
          "a refusal has a readable length");
}

} // namespace

// The answer of a token endpoint.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  const auto text = text_of(data, size);
  if (is_cheating(text))
    return 0;
  const auto response = response_of(text);
  // What was sent is looked for in everything that is quoted.
  const auto sent = std::array{secret{test::canary}, secret{"a%20+&lt;b"}};
  const auto result = oauth2::parse_token_response(response, asked, answered,
                                                   "server", sent);
  if (result)
    check(*result, response.status);
  else
    check(result.error(), response.status);
  return 0;
}
