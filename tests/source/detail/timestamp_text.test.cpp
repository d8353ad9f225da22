#include <bearer/source/detail/timestamp_text.hpp>

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <string>

using bearer::detail::parse_rfc3339;
using bearer::detail::parse_seconds;

using namespace std::chrono_literals;

namespace {

caf::timestamp at(caf::timespan since_epoch) {
  return caf::timestamp{since_epoch};
}

} // namespace

TEST_CASE("times of RFC 3339 are understood in all their forms") {
  CHECK(parse_rfc3339("1970-01-01T00:00:00Z") == at(0s));
  CHECK(parse_rfc3339("2023-11-14T22:13:20Z") == at(1'700'000'000s));
  CHECK(parse_rfc3339("2023-11-14t22:13:20z") == at(1'700'000'000s));
  CHECK(parse_rfc3339("2023-11-14 22:13:20Z") == at(1'700'000'000s));
  CHECK(parse_rfc3339("2023-11-15T00:13:20+02:00") == at(1'700'000'000s));
  CHECK(parse_rfc3339("2023-11-14T18:43:20-03:30") == at(1'700'000'000s));
  CHECK(parse_rfc3339("2023-11-14T22:13:20-00:00") == at(1'700'000'000s));
  CHECK(parse_rfc3339("1970-01-01T00:00:00.5Z") == at(500ms));
  CHECK(parse_rfc3339("1970-01-01T00:00:00.000000001Z") == at(1ns));
  CHECK(parse_rfc3339("1970-01-01T00:00:00.1234567899Z") == at(123'456'789ns));
  CHECK(parse_rfc3339("1969-12-31T23:59:59.5Z") == at(-500ms));
  CHECK(parse_rfc3339("2024-02-29T00:00:00Z").has_value());
}

TEST_CASE("a leap second is the first second of the next minute") {
  CHECK(parse_rfc3339("2016-12-31T23:59:60Z")
        == parse_rfc3339("2017-01-01T00:00:00Z"));
  CHECK_FALSE(parse_rfc3339("2016-12-31T23:58:60Z"));
}

TEST_CASE("times outside the range of a timestamp saturate") {
  CHECK(parse_rfc3339("9999-12-31T23:59:59Z") == caf::timestamp::max());
  CHECK(parse_rfc3339("2262-04-12T00:00:00Z") == caf::timestamp::max());
  CHECK(parse_rfc3339("0000-01-01T00:00:00Z") == caf::timestamp::min());
  CHECK(parse_rfc3339("2262-04-10T00:00:00Z") < caf::timestamp::max());
}

TEST_CASE("what is no real date or time of RFC 3339 is refused") {
  for (const std::string text : {"",
                                 "tomorrow",
                                 "2023-11-14",
                                 "2023-11-14T22:13Z",
                                 "2023-13-14T22:13:20Z",
                                 "2023-00-14T22:13:20Z",
                                 "2023-02-29T22:13:20Z",
                                 "2023-11-31T22:13:20Z",
                                 "2023-11-14T24:13:20Z",
                                 "2023-11-14T22:60:20Z",
                                 "2023-11-14T22:13:61Z",
                                 "2023-11-14T22:13:20",
                                 "2023-11-14T22:13:20+24:00",
                                 "2023-11-14T22:13:20+02:60",
                                 "2023-11-14T22:13:20+0200",
                                 "2023-11-14T22:13:20.Z",
                                 "2023-11-14T22:13:20Z ",
                                 "2023-11-14T22:13:20ZZ",
                                 "+2023-11-14T22:13:20Z",
                                 "20231114T221320Z",
                                 "2023-11-14X22:13:20Z",
                                 "2023/11/14T22:13:20Z"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_rfc3339(text));
  }
}

TEST_CASE("seconds may be whole, broken, negative and in scientific notation") {
  CHECK(parse_seconds("0") == 0s);
  CHECK(parse_seconds("3600") == 3600s);
  CHECK(parse_seconds("-5") == -5s);
  CHECK(parse_seconds("0.25") == 250ms);
  CHECK(parse_seconds("-1.5") == -1500ms);
  CHECK(parse_seconds("1.5e3") == 1500s);
  CHECK(parse_seconds("1E2") == 100s);
}

TEST_CASE("seconds outside the range of a timespan saturate") {
  CHECK(parse_seconds("9223372037") == caf::timespan::max());
  CHECK(parse_seconds("-9223372037") == caf::timespan::min());
  CHECK(parse_seconds("99999999999999999999999") == caf::timespan::max());
  CHECK(parse_seconds("-99999999999999999999999") == caf::timespan::min());
  CHECK(parse_seconds("1e20") == caf::timespan::max());
  CHECK(parse_seconds("1e999") == caf::timespan::max());
  CHECK(parse_seconds("-1e999") == caf::timespan::min());
  CHECK(parse_seconds("1e-999") == 0s);
}

TEST_CASE("what is no number of seconds is refused") {
  for (const std::string text :
       {"", "-", "nan", "inf", "-inf", "infinity", "+5", " 5", "5 ", "5s",
        "0x10", "1,5", "1.", ".5", "1e", "--1", "five"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_seconds(text));
  }
}
