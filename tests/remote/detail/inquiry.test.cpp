#include <bearer/remote/detail/inquiry.hpp>

#include "support/real_time.hpp"
#include "support/scripted_source.hpp"

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <variant>

using namespace bearer;
using namespace bearer::remote;
using namespace bearer::remote::detail;
using namespace bearer::test;
using namespace std::chrono_literals;

namespace {

constexpr auto start = inquiry::moment{inquiry::steady_time{1h},
                                       caf::timestamp{1'000h}};

/// That much later, on both clocks.
inquiry::moment after(caf::timespan time) {
  return {start.steady + time, start.wall + time};
}

inquiry make_inquiry(bool has_standby) {
  return inquiry{{}, make_attempt(10s), has_standby, start};
}

} // namespace

TEST_CASE("an owner has nearly all of an attempt's time", "[remote][I15]") {
  auto asking = make_inquiry(false);
  CHECK_FALSE(asking.overdue(after(9s)));
  CHECK(asking.overdue(after(10s)));
}

TEST_CASE("an owner leaves half of an attempt's time to who stands by",
          "[remote]") {
  auto asking = make_inquiry(true);
  CHECK_FALSE(asking.overdue(after(4s)));
  CHECK(asking.overdue(after(5s)));
  asking.fall_back();
  CHECK_FALSE(asking.overdue(after(9s)));
  CHECK(asking.overdue(after(10s)));
}

TEST_CASE("who does not confirm a question leaves the others their time",
          "[remote][I11]") {
  auto asking = make_inquiry(false);
  const auto end = asking.deadline();
  const auto half = start.steady + (end - start.steady) / 2;
  // Over a connection that was there before.
  CHECK(asking.time_to_confirm(1, after(0s)) == end);
  CHECK(asking.time_to_confirm(2, after(0s)) == half);
  CHECK(asking.next_owner() == 1);
  CHECK(asking.time_to_confirm(2, after(0s)) == half);
  CHECK(asking.next_owner() == 2);
  CHECK(asking.time_to_confirm(2, after(3s)) == end);
}

TEST_CASE("a question gives less time than whoever asks it has",
          "[remote][I6]") {
  auto asking = make_inquiry(false);
  const auto left = asking.deadline() - after(3s).steady;
  const auto asked = asking.begin(1, after(3s));
  CHECK(asked.budget < left);
  CHECK(asked.budget > left / 2);
}

TEST_CASE("only the answer to the last question counts", "[remote]") {
  auto asking = make_inquiry(false);
  CHECK(asking.begin(7, start).number == 7);
  CHECK(asking.awaits(7));
  // Over another connection.
  CHECK(asking.begin(8, start).number == 8);
  CHECK(asking.awaits(8));
  CHECK_FALSE(asking.awaits(7));
}

TEST_CASE("a lifetime counts from when the token was asked for",
          "[remote][I2][I13]") {
  auto asking = make_inquiry(false);
  asking.begin(1, start);
  auto found = answer{};
  found.granted = make_token("secret");
  found.usable_for = 1h;
  const auto outcome
    = std::get<caf::expected<token>>(asking.go_on(found, 2, after(4s)));
  CHECK(outcome->expires_at == start.wall + 1h);
}

TEST_CASE("a clock that is set meanwhile makes no lifetime longer",
          "[remote][I2][I13]") {
  const auto end_after_jump = [](caf::timespan by) {
    auto asking = make_inquiry(false);
    asking.begin(1, start);
    auto found = answer{};
    found.granted = make_token("secret");
    found.usable_for = 1h;
    auto now = after(4s);
    now.wall += by;
    const auto outcome
      = std::get<caf::expected<token>>(asking.go_on(found, 2, now));
    REQUIRE(outcome);
    return outcome->expires_at.value() - now.wall;
  };
  CHECK(end_after_jump(0s) == 1h - 4s);
  CHECK(end_after_jump(-3h) == 1h - 4s);
  CHECK(end_after_jump(10min) == 50min - 4s);
}
