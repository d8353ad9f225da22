#include <bearer/detail/saturating.hpp>

#include <caf/timestamp.hpp>

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <limits>

using namespace bearer::detail;
using namespace std::chrono_literals;

using caf::timespan;
using caf::timestamp;

namespace {

constexpr auto epoch = timestamp{};

} // namespace

TEST_CASE("adding to a time point stays within the range", "[I13]") {
  CHECK(saturating_add(epoch, 1s) == timestamp{1s});
  CHECK(saturating_add(epoch, -1s) == timestamp{-1s});
  CHECK(saturating_add(epoch, timespan::max()) == timestamp::max());
  CHECK(saturating_add(timestamp{1ns}, timespan::max()) == timestamp::max());
  CHECK(saturating_add(timestamp::max(), 1ns) == timestamp::max());
  CHECK(saturating_add(timestamp::max(), 0ns) == timestamp::max());
  CHECK(saturating_add(timestamp::max(), -1ns) == timestamp::max() - 1ns);
  CHECK(saturating_add(timestamp{-1ns}, timespan::min()) == timestamp::min());
  CHECK(saturating_add(timestamp::min(), -1ns) == timestamp::min());
  CHECK(saturating_add(timestamp::min(), timespan::max()) == timestamp{-1ns});
}

TEST_CASE("the distance of time points stays within the range", "[I13]") {
  CHECK(saturating_distance(epoch, timestamp{1s}) == 1s);
  CHECK(saturating_distance(timestamp{1s}, epoch) == -1s);
  CHECK(saturating_distance(timestamp::min(), timestamp::max())
        == timespan::max());
  CHECK(saturating_distance(timestamp::max(), timestamp::min())
        == timespan::min());
  CHECK(saturating_distance(timestamp::min(), epoch) == timespan::max());
  CHECK(saturating_distance(timestamp{-1ns}, timestamp::max())
        == timespan::max());
  CHECK(saturating_distance(timestamp{1ns}, timestamp::max())
        == timespan::max() - 1ns);
  CHECK(saturating_distance(timestamp{1ns}, timestamp::min())
        == timespan::min());
}

TEST_CASE("scaling gives the part, and the longest time instead of overflowing",
          "[I9]") {
  CHECK(scale(10s, 0.5) == 5s);
  CHECK(scale(10s, 0) == 0s);
  CHECK(scale(-10s, 0.5) == -5s);
  CHECK(scale(10s, 1e300) == timespan::max());
  CHECK(scale(10s, std::numeric_limits<double>::infinity()) == timespan::max());
  CHECK(scale(10s, std::numeric_limits<double>::quiet_NaN())
        == timespan::max());
  CHECK(scale(timespan::max(), 1) == timespan::max());
  CHECK(scale(timespan::max(), 0.5) < timespan::max());
}
