#include <bearer/http/retry_after.hpp>

#include <catch2/catch_test_macros.hpp>

#include <chrono>

using namespace bearer;
using namespace std::chrono_literals;

namespace {

// Sun, 06 Nov 1994 08:49:37 GMT, the date that RFC 9110 shows.
constexpr auto that_sunday = caf::timestamp{784'111'777s};

std::optional<caf::timespan> parse(std::string_view value,
                                   caf::timestamp now = that_sunday) {
  return http::parse_retry_after(value, now);
}

} // namespace

TEST_CASE("Retry-After is a number of seconds", "[http]") {
  CHECK(parse("0") == 0s);
  CHECK(parse("120") == 120s);
  CHECK(parse(" 120\t") == 120s);
  CHECK(parse("007") == 7s);
}

TEST_CASE("a Retry-After beyond the range saturates", "[http]") {
  CHECK(parse("99999999999999999999999999") == caf::timespan::max());
  CHECK(parse("9223372037") == caf::timespan::max());
  CHECK(parse("9223372036") == 9223372036s);
}

TEST_CASE("Retry-After is a date in any of the three forms", "[http]") {
  CHECK(parse("Sun, 06 Nov 1994 08:50:07 GMT") == 30s);
  CHECK(parse("Sunday, 06-Nov-94 08:50:07 GMT") == 30s);
  CHECK(parse("Sun Nov  6 08:50:07 1994") == 30s);
  CHECK(parse("Sun, 06 Nov 1994 08:50:07 GMT", that_sunday + 250ms)
        == 29s + 750ms);
}

TEST_CASE("a Retry-After that has passed asks for no time", "[http]") {
  CHECK(parse("Sun, 06 Nov 1994 08:49:36 GMT") == 0s);
  CHECK(parse("Thu, 01 Jan 1970 00:00:00 GMT") == 0s);
  CHECK(parse("Mon, 01 Jan 1601 00:00:00 GMT") == 0s);
}

TEST_CASE("a Retry-After that is neither asks for nothing", "[http]") {
  CHECK(parse("") == std::nullopt);
  CHECK(parse("  ") == std::nullopt);
  CHECK(parse("-1") == std::nullopt);
  CHECK(parse("1.5") == std::nullopt);
  CHECK(parse("soon") == std::nullopt);
  CHECK(parse("30 seconds") == std::nullopt);
}
