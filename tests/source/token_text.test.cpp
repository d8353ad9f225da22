#include <bearer/error.hpp>
#include <bearer/source/token_text.hpp>

#include "support/real_time.hpp"

#include <caf/error.hpp>

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

using namespace bearer;
using namespace std::chrono_literals;
using test::contains;
using test::error_of;
using test::error_text;
using test::secret_of;

namespace {

constexpr auto issued = caf::timestamp{1'700'000'000s};

caf::expected<token> parse(std::string_view text) {
  auto buffer = detail::wiped_buffer{text.size()};
  std::memcpy(buffer.tail(), text.data(), text.size());
  buffer.commit(text.size());
  return parse_token_text(buffer, issued, "file 'x'");
}

std::optional<caf::timestamp> expiry(std::string_view text) {
  auto result = parse(text);
  if (!result)
    throw std::runtime_error(caf::to_string(result.error()));
  return result->expires_at;
}

} // namespace

TEST_CASE("plain text is the token, whitespace around it apart") {
  CHECK(secret_of(parse("abc.def-123")) == "abc.def-123");
  CHECK(secret_of(parse(" \t\r\nabc\r\n")) == "abc");
  CHECK(secret_of(parse("\xef\xbb\xbf"
                        "abc\n"))
        == "abc");
  CHECK_FALSE(parse("abc")->expires_at);
  CHECK_FALSE(parse("abc")->refresh_after);
}

TEST_CASE("an empty text is no token") {
  for (const std::string text : {"", " \n", "\xef\xbb\xbf", "\xef\xbb\xbf\n"})
    CHECK(error_of(parse(text)) == errc::empty_token);
  CHECK(contains(error_text(parse("")), "file 'x'"));
  CHECK(error_of(parse(R"({"token": ""})")) == errc::empty_token);
}

TEST_CASE("characters that cannot stand in a header make a token malformed") {
  for (const auto& text :
       {std::string{"CANARY\nb"}, std::string{"CANARY b"},
        std::string{"CANARY\tb"}, std::string{"CANARY\x01"},
        std::string{"CANARY\x7f"}, std::string{"CANARY\xc3\xbc"},
        std::string{"CANARY\0b", 8}, std::string{"Bearer CANARY"},
        std::string{R"({"token": "CANARY\n"})"},
        std::string{R"({"token": "CANARY\u0000"})"},
        std::string{R"({"token": " CANARY"})"},
        std::string{R"({"token": "CANARY\u00fc"})"},
        std::string{R"(["CANARY"])"}, std::string{R"("CANARY")"}}) {
    CAPTURE(text);
    CHECK(error_of(parse(text)) == errc::malformed_token);
    CHECK(contains(error_text(parse(text)), "file 'x'"));
    CHECK_FALSE(contains(error_text(parse(text)), "CANARY"));
  }
}

TEST_CASE("a token may have 64 KiB and no byte more") {
  CHECK(secret_of(parse(std::string(max_token_size, 'a'))).size()
        == max_token_size);
  CHECK(error_of(parse(std::string(max_token_size + 1, 'a')))
        == errc::malformed_token);
}

TEST_CASE("JSON holds the token under either name") {
  CHECK(secret_of(parse(R"({"token": "abc"})")) == "abc");
  CHECK(secret_of(parse(R"( {"access_token": "abc"} )")) == "abc");
  CHECK(secret_of(parse("\xef\xbb\xbf"
                        R"({"token":"abc"})"))
        == "abc");
  CHECK(secret_of(parse(R"({"token":"a\/b\u0063","x":[{"token":"no"}]})"))
        == "a/bc");
  CHECK(secret_of(parse(R"({"x":{"expires_at":"bad"},"token":"abc"})"))
        == "abc");
  CHECK(secret_of(parse(R"({"to\u006ben":"abc"})")) == "abc");
  CHECK(secret_of(parse(R"({"token": null, "access_token": "abc"})")) == "abc");
}

TEST_CASE("expires_at is a time of RFC 3339 or seconds since the epoch") {
  CHECK(expiry(R"({"token":"a","expires_at":"2023-11-14T22:13:21Z"})")
        == issued + 1s);
  CHECK(expiry(R"({"token":"a","expires_at":1700000001})") == issued + 1s);
  CHECK(expiry(R"({"token":"a","expires_at":1700000000.5})") == issued + 500ms);
  CHECK(expiry(R"({"token":"a","expires_at":"1700000001"})") == issued + 1s);
  CHECK(expiry(R"({"expires_at":1700000001,"token":"a"})") == issued + 1s);
  CHECK(expiry(R"({"token":"a","expires_at":1e300})") == caf::timestamp::max());
  CHECK(expiry(R"({"token":"a","expires_at":-1e300})")
        == caf::timestamp::min());
  CHECK(expiry(R"({"token":"a","expires_at":"9999-01-01T00:00:00Z"})")
        == caf::timestamp::max());
}

TEST_CASE("expires_in counts from the time of issue and saturates") {
  CHECK(expiry(R"({"access_token":"a","expires_in":3600})") == issued + 1h);
  CHECK(expiry(R"({"access_token":"a","expires_in":"3600"})") == issued + 1h);
  CHECK(expiry(R"({"access_token":"a","expires_in":0.5})") == issued + 500ms);
  CHECK(expiry(R"({"access_token":"a","expires_in":9223372036})")
        == caf::timestamp::max());
  CHECK(expiry(R"({"access_token":"a","expires_in":1e300})")
        == caf::timestamp::max());
}

TEST_CASE("an expiry in the past is the bearer's to judge") {
  CHECK(expiry(R"({"access_token":"a","expires_in":0})") == issued);
  CHECK(expiry(R"({"access_token":"a","expires_in":-5})") == issued - 5s);
}

TEST_CASE("without an expiry, or with null, there is none") {
  CHECK(expiry(R"({"token":"a"})") == std::nullopt);
  CHECK(expiry(R"({"token":"a","expires_at":null,"expires_in":null})")
        == std::nullopt);
}

TEST_CASE("of two expiries the earlier one counts") {
  CHECK(expiry(R"({"token":"a","expires_at":1700000009,"expires_in":5})")
        == issued + 5s);
  CHECK(expiry(R"({"token":"a","expires_at":1700000002,"expires_in":5})")
        == issued + 2s);
}

TEST_CASE("an unreadable expiry is an error that names the member") {
  for (const std::string value :
       {"\"\"", "\"soon\"", "\"nan\"", "true", "[]", "{}",
        "\"2023-02-30T00:00:00Z\"", "\"inf\"", "\"0x10\""}) {
    CAPTURE(value);
    const auto at = parse(R"({"token":"CANARY","expires_at":)" + value + "}");
    CHECK(error_of(at) == errc::unreadable_token);
    CHECK(contains(error_text(at), "expires_at"));
    CHECK_FALSE(contains(error_text(at), "CANARY"));
    const auto in = parse(R"({"token":"CANARY","expires_in":)" + value + "}");
    CHECK(error_of(in) == errc::unreadable_token);
    CHECK(contains(error_text(in), "expires_in"));
  }
}

TEST_CASE("JSON of another shape is an error that says what is wrong") {
  auto complaint = [](std::string_view text) {
    auto result = parse(text);
    CHECK(error_of(result) == errc::unreadable_token);
    CHECK(contains(error_text(result), "file 'x'"));
    CHECK_FALSE(contains(error_text(result), "CANARY"));
    return error_text(result);
  };
  CHECK(contains(complaint("{}"), "neither"));
  CHECK(contains(complaint(R"({"error":"CANARY"})"), "neither"));
  CHECK(contains(complaint(R"({"token":null})"), "neither"));
  CHECK(contains(complaint(R"({"token":12345})"), "no string"));
  CHECK(contains(complaint(R"({"token":["CANARY"]})"), "no string"));
  CHECK(contains(complaint(R"({"token":"CANARY","access_token":"CANARY"})"),
                 "both"));
  CHECK(contains(complaint(R"({"token":"CANARY","token":"CANARY"})"), "twice"));
  CHECK(
    contains(complaint(R"({"token":"CANARY","expires_in":1,"expires_in":2})"),
             "\\\"expires_in\\\" occurs twice"));
}

TEST_CASE("broken JSON is an error that tells the position") {
  auto complaint = [](std::string_view text) {
    auto result = parse(text);
    CHECK(error_of(result) == errc::unreadable_token);
    CHECK_FALSE(contains(error_text(result), "CANARY"));
    return error_text(result);
  };
  CHECK(contains(complaint("{"), "byte 1"));
  CHECK(contains(complaint("  {\"token\""), "byte 10"));
  CHECK(contains(complaint(R"({"token":"CANARY)"), "byte"));
  CHECK(contains(complaint(R"({"token":"CANARY"} trailing)"), "byte"));
  CHECK(contains(complaint(R"({"token":"CANARY",})"), "byte"));
  CHECK(contains(complaint("{\"token\":\"CANARY\xff\"}"), "byte"));
  CHECK(contains(complaint(std::string_view{"{\"token\":\"CANARY\"}\0x", 20}),
                 "NUL"));
  CHECK(contains(complaint(std::string(60'000, '{')), "byte"));
  CHECK(contains(complaint("{\"token\":\"CANARY\xe2\x82"), "byte"));
  for (const std::string end : {"\xef", "\xf0", "\xf0x", "\xf0\x9f"})
    CHECK(contains(complaint("{\"token\":\"CANARY" + end), "within"));
  auto deep = std::string{R"({"token":"CANARY","x":)"}
              + std::string(50'000, '[');
  CHECK(contains(complaint(deep), "byte"));
}

TEST_CASE("token_type may be Bearer in any case and nothing else") {
  CHECK(secret_of(parse(R"({"token":"abc","token_type":"Bearer"})")) == "abc");
  CHECK(secret_of(parse(R"({"token":"abc","token_type":"bEARER"})")) == "abc");
  CHECK(secret_of(parse(R"({"token":"abc","token_type":null})")) == "abc");
  for (const std::string value : {"\"mac\"", "\"\"", "1", "\"bearers\""}) {
    const auto result = parse(R"({"token":"abc","token_type":)" + value + "}");
    CHECK(error_of(result) == errc::unreadable_token);
    CHECK(contains(error_text(result), "token_type"));
  }
}
