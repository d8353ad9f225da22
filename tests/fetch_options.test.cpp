#include <bearer/fetch_options.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <chrono>
#include <string>

using namespace bearer;
using namespace std::chrono_literals;

using Catch::Matchers::ContainsSubstring;

namespace {

void refuses(const std::string& key, const std::string& value) {
  INFO(key << '=' << value);
  const auto result = parse_fetch_options({{key, value}});
  REQUIRE(!result);
  CHECK(result.error() == errc::invalid_option);
  CHECK_THAT(to_string(result.error()), ContainsSubstring(key + ':'));
}

std::optional<caf::timespan> timeout_from(const std::string& value) {
  const auto result
    = parse_fetch_options({{"token_renew_request_timeout", value}});
  return result ? result->renew_request_timeout : std::nullopt;
}

} // namespace

TEST_CASE("no options are the defaults") {
  const auto result = parse_fetch_options({});
  REQUIRE(result);
  CHECK(*result == fetch_options{});
}

TEST_CASE("every key of the reference sets its option") {
  const auto result = parse_fetch_options({
    {"token_renew_required", "true"},
    {"token_renew_synchronous", "1"},
    {"token_renew_request_timeout", "0.25"},
    {"token_renew_report_error", "true"},
    {"max_fetch_token_retries", "7"},
  });
  REQUIRE(result);
  auto expected = fetch_options{};
  expected.renew_required = true;
  expected.renew_synchronous = true;
  expected.renew_request_timeout = 250ms;
  expected.report_error = true;
  expected.max_retries = 7;
  CHECK(*result == expected);
}

TEST_CASE("one key sets one option only") {
  CHECK(parse_fetch_options({{"token_renew_required", "1"}})->renew_required);
  CHECK(!parse_fetch_options({{"token_renew_required", "1"}})->report_error);
  CHECK(parse_fetch_options({{"token_renew_synchronous", "true"}})
          ->renew_synchronous);
  CHECK(parse_fetch_options({{"token_renew_report_error", "1"}})->report_error);
}

TEST_CASE("flags are off for the strings 0 and false") {
  for (const auto* off : {"0", "false"}) {
    const auto result = parse_fetch_options({
      {"token_renew_required", off},
      {"token_renew_synchronous", off},
      {"token_renew_report_error", off},
    });
    REQUIRE(result);
    CHECK(*result == fetch_options{});
  }
}

TEST_CASE("any other string for a flag is an error that names the key") {
  for (const auto* key : {"token_renew_required", "token_renew_synchronous",
                          "token_renew_report_error"})
    for (const auto* bad : {"", " 1", "1 ", "FALSE", "True", "TRUE", "yes",
                            "no", "on", "2", "-1", "01", "true\n", "t"})
      refuses(key, bad);
}

TEST_CASE("timeouts are seconds with decimals") {
  CHECK(timeout_from("5") == 5s);
  CHECK(timeout_from("0.001") == 1ms);
  CHECK(timeout_from("1e2") == 100s);
  CHECK(timeout_from("0.000000001") == 1ns);
}

TEST_CASE("a timeout that is not above 0 or not finite names the key") {
  for (const auto* bad :
       {"",     "0",        "-1",    "-0.5",  "0.0",        "nan", "NaN", "inf",
        "-inf", "infinity", "1e400", "1e300", "9223372037", " 1",  "1 ",  "+1",
        "1s",   "0x10",     "1,5",   "five",  "1e",         "."})
    refuses("token_renew_request_timeout", bad);
}

TEST_CASE("a number of retries that is no whole number names the key") {
  CHECK(parse_fetch_options({{"max_fetch_token_retries", "0"}})->max_retries
        == 0U);
  CHECK(parse_fetch_options({{"max_fetch_token_retries", "4294967295"}})
          ->max_retries
        == 4294967295U);
  for (const auto* bad : {"", "-1", "1.5", " 1", "1 ", "+1", "4294967296",
                          "99999999999999999999", "0x1", "two", "nan", "true"})
    refuses("max_fetch_token_retries", bad);
}

TEST_CASE("a misspelt key of ours is an error that names it") {
  refuses("token_renew_requierd", "1");
  refuses("token_renew_", "1");
  refuses("token_renew_Required", "1");
}

TEST_CASE("keys of other layers are passed over") {
  const auto result = parse_fetch_options(
    {{"region", "eu"}, {"token", "x"}, {"", ""}, {"token_renewed", "FALSE"}});
  REQUIRE(result);
  CHECK(*result == fetch_options{});
}

TEST_CASE("an error does not repeat the value", "[I19]") {
  const auto canary = std::string{"canary-7f3a9"};
  for (const auto* key : {"token_renew_required", "token_renew_request_timeout",
                          "max_fetch_token_retries", "token_renew_typo"}) {
    const auto result = parse_fetch_options({{key, canary}});
    REQUIRE(!result);
    CHECK_THAT(to_string(result.error()), !ContainsSubstring(canary));
  }
}

TEST_CASE("typed timeouts must not be negative") {
  auto opts = fetch_options{};
  CHECK(!validate(opts));
  opts.timeout = 0s;
  opts.renew_request_timeout = 0s;
  CHECK(!validate(opts));
  opts.timeout = -1ns;
  CHECK(validate(opts) == errc::invalid_option);
  CHECK_THAT(to_string(validate(opts)), ContainsSubstring("timeout:"));
  opts.timeout.reset();
  opts.renew_request_timeout = -1ns;
  CHECK(validate(opts) == errc::invalid_option);
  CHECK_THAT(to_string(validate(opts)),
             ContainsSubstring("renew_request_timeout:"));
}
