#include <bearer/backoff.hpp>

#include <catch2/catch_test_macros.hpp>

#include <array>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <limits>
#include <set>

using namespace bearer;
using namespace std::chrono_literals;

namespace {

renewal_settings with_exponent(double exponent) {
  auto result = renewal_settings{};
  result.retry_timeout_exponent = exponent;
  return result;
}

} // namespace

TEST_CASE("the defaults give the reference's delays to the nanosecond",
          "[I9][I10]") {
  // 1.5^10 s ends in half a nanosecond.
  const auto expected = std::to_array<caf::timespan>(
    {1s, 1500ms, 2250ms, 3375ms, 5062500us, 7593750us, 11390625us,
     17085937500ns, 25628906250ns, 38443359375ns});
  const auto settings = renewal_settings{};
  for (std::size_t i = 0; i < expected.size(); ++i)
    CHECK(backoff_delay(settings, i + 1) == expected[i]);
  const auto eleventh = backoff_delay(settings, 11);
  CHECK(eleventh >= 57665039062ns);
  CHECK(eleventh <= 57665039063ns);
  CHECK(backoff_delay(settings, 12) == 1min);
}

TEST_CASE("delays are the nearest nanosecond for any exponent", "[I9][I10]") {
  // (12/10)^k and (13/10)^k s in whole nanoseconds.
  auto twelve = with_exponent(1.2);
  CHECK(backoff_delay(twelve, 2) == 1200ms);
  CHECK(backoff_delay(twelve, 3) == 1440ms);
  CHECK(backoff_delay(twelve, 4) == 1728ms);
  CHECK(backoff_delay(twelve, 5) == 2073600us);
  auto thirteen = with_exponent(1.3);
  CHECK(backoff_delay(thirteen, 3) == 1690ms);
  CHECK(backoff_delay(thirteen, 4) == 2197ms);
  CHECK(backoff_delay(thirteen, 5) == 2856100us);
}

TEST_CASE("an exponent of 1 gives the same delay after every failure", "[I9]") {
  const auto settings = with_exponent(1);
  for (auto n : {1ULL, 2ULL, 2'000ULL, 1ULL << 63U})
    CHECK(backoff_delay(settings, n) == 1s);
}

TEST_CASE("the delay is finite and capped for every count of failures",
          "[I9]") {
  for (auto exponent :
       {1.0000001, 1.5, 2.0, 1e10, 1e300, std::numeric_limits<double>::max()}) {
    const auto settings = with_exponent(exponent);
    for (auto n :
         {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{2'000},
          std::uint64_t{1} << 63U, std::numeric_limits<std::uint64_t>::max()}) {
      const auto delay = backoff_delay(settings, n);
      CHECK(delay >= 1s);
      CHECK(delay <= 1min);
    }
  }
  CHECK(backoff_delay({}, 2'000) == 1min);
  CHECK(backoff_delay({}, std::uint64_t{1} << 63U) == 1min);
}

TEST_CASE("the delay never shrinks as failures go on", "[I9]") {
  for (auto exponent : {1.0, 1.01, 1.5, 3.0}) {
    const auto settings = with_exponent(exponent);
    auto before = backoff_delay(settings, 1);
    for (std::uint64_t n = 2; n < 2'100; ++n) {
      const auto delay = backoff_delay(settings, n);
      CHECK(delay >= before);
      before = delay;
    }
  }
}

TEST_CASE("a cap as long as can be does not overflow", "[I9]") {
  auto settings = renewal_settings{};
  settings.max_retry_timeout = caf::timespan::max();
  CHECK(backoff_delay(settings, 2'000) == caf::timespan::max());
  settings.initial_retry_timeout = caf::timespan::max();
  CHECK(backoff_delay(settings, 1) == caf::timespan::max());
  CHECK(jittered_backoff(settings, caf::timespan::max(), 0.5)
        == caf::timespan::max());
}

TEST_CASE("a jittered backoff stays between the first delay and the cap",
          "[I9]") {
  const auto settings = renewal_settings{};
  CHECK(jittered_backoff(settings, 10s, 0) == 10s);
  CHECK(jittered_backoff(settings, 10s, 0.5) == 15s);
  CHECK(jittered_backoff(settings, 10s, -0.5) == 5s);
  CHECK(jittered_backoff(settings, 1s, -0.5) == 1s);
  CHECK(jittered_backoff(settings, 1min, 0.5) == 1min);
}

TEST_CASE("jitter moves a refresh earlier only", "[I10]") {
  CHECK(jittered_refresh(10s, 0) == 10s);
  CHECK(jittered_refresh(10s, 0.5) == 5s);
  CHECK(jittered_refresh(10s, -0.5) == 5s);
}

TEST_CASE("retry_after raises a delay up to the cap and never lowers it",
          "[I9][I10]") {
  const auto settings = renewal_settings{};
  CHECK(raise_to_retry_after(settings, 2s, std::nullopt) == 2s);
  CHECK(raise_to_retry_after(settings, 2s, 30s) == 30s);
  CHECK(raise_to_retry_after(settings, 2s, 1s) == 2s);
  CHECK(raise_to_retry_after(settings, 2s, 1h) == 1min);
  CHECK(raise_to_retry_after(settings, 2s, -1h) == 2s);
  CHECK(raise_to_retry_after(settings, 2s, caf::timespan::max()) == 1min);
}

TEST_CASE("jitter keeps its bounds and uses them", "[I10]") {
  auto source = jitter{42, 0.1};
  auto low = 0.0;
  auto high = 0.0;
  auto sum = 0.0;
  constexpr auto rounds = 10'000;
  for (int i = 0; i < rounds; ++i) {
    const auto shift = source.next();
    REQUIRE(shift >= -0.1);
    REQUIRE(shift <= 0.1);
    low = std::min(low, shift);
    high = std::max(high, shift);
    sum += shift;
  }
  CHECK(low < -0.095);
  CHECK(high > 0.095);
  CHECK(std::abs(sum / rounds) < 0.005);
}

TEST_CASE("the same seed gives the same jitter, another seed another",
          "[I10]") {
  auto first = jitter{7, 0.5};
  auto second = jitter{7, 0.5};
  auto other = jitter{8, 0.5};
  auto seen = std::set<double>{};
  for (int i = 0; i < 100; ++i) {
    const auto shift = first.next();
    CHECK(shift == second.next());
    CHECK(shift != other.next());
    seen.insert(shift);
  }
  CHECK(seen.size() == 100);
}

TEST_CASE("no jitter means exactly none", "[I10]") {
  auto source = jitter{7, 0};
  for (int i = 0; i < 100; ++i)
    CHECK(source.next() == 0.0);
}
