#include "support/fixture.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <algorithm>
#include <chrono>
#include <functional>
#include <random>
#include <vector>

using namespace bearer;
using namespace bearer::test;
using namespace std::chrono_literals;

namespace {

/// Sends one message of a random kind.
void hammer(fixture& fx, std::minstd_rand& rng, bool synchronous) {
  switch (rng() % (synchronous ? 8 : 7)) {
    case 0:
      fx.fetch(timeout(50ms));
      break;
    case 1: {
      auto opts = renew_required();
      opts.timeout = 50ms;
      fx.fetch(opts);
      break;
    }
    case 2: {
      auto opts = report_error();
      opts.timeout = 50ms;
      fx.fetch(opts);
      break;
    }
    case 3:
      fx.bearer.prefetch();
      break;
    case 4:
      fx.bearer.request_renewal();
      break;
    case 5: {
      const auto answer = fx.fetch(timeout(0s));
      if (const auto& got = answer.state_->answers.front())
        fx.reject(*got);
      break;
    }
    case 6: {
      auto receiver = fx.bearer.receiver();
      fetch(fx.time.sys(), receiver, timeout(50ms));
      can_retry(fx.time.sys(), receiver,
                caf::make_error(caf::sec::runtime_error, "401"));
      break;
    }
    default: {
      auto opts = renew_synchronous();
      opts.renew_required = rng() % 2 == 0;
      opts.timeout = 50ms;
      fx.fetch(opts);
      break;
    }
  }
  fx.time.settle();
}

caf::timespan least_gap(const fixture& fx) {
  const auto times = fx.source.call_times();
  auto result = caf::timespan::max();
  for (std::size_t i = 1; i < times.size(); ++i)
    result = std::min(result, times[i] - times[i - 1]);
  return result;
}

} // namespace

TEST_CASE("whatever arrives, the starts of attempts keep the floor", "[I8]") {
  fixture fx;
  auto rng = std::minstd_rand{GENERATE(1U, 2U, 3U)};
  fx.source.replies([&](const attempt&) -> scripted_source::reply {
    switch (rng() % 6) {
      case 0:
        return outage();
      case 1:
        return make_permanent(outage());
      case 2:
        return make_token("same");
      case 3:
        return std::nullopt;
      default:
        return fx.fresh_token(1s);
    }
  });
  constexpr auto span = 300s;
  while (fx.time.elapsed() < span) {
    hammer(fx, rng, true);
    fx.time.advance(50ms);
  }
  CHECK(fx.calls() > 20);
  CHECK(least_gap(fx) >= 1s);
  CHECK(fx.calls() <= 1 + span / 1s);
  CHECK(fx.status().attempts == fx.calls());
}

TEST_CASE("a source that is always good is called once a floor at most",
          "[I8]") {
  fixture fx;
  fx.source_issues(1ms);
  auto rng = std::minstd_rand{5};
  while (fx.time.elapsed() < 100s) {
    hammer(fx, rng, true);
    fx.time.advance(20ms);
  }
  CHECK(least_gap(fx) == 1s);
  CHECK(fx.calls() <= 101);
  CHECK(fx.calls() >= 95);
}

TEST_CASE("in an outage nothing but renew_sync starts ahead of the backoff",
          "[I8][I9]") {
  auto calls_of_outage = [](bool loud) {
    fixture fx;
    fx.source_fails();
    fx.fetch(timeout(0s));
    auto rng = std::minstd_rand{9};
    while (fx.time.elapsed() < 300s) {
      if (loud)
        hammer(fx, rng, false);
      fx.time.advance(50ms);
    }
    return fx.source.call_times();
  };
  // The same calls as if nobody asked at all.
  CHECK(calls_of_outage(true) == calls_of_outage(false));
}

TEST_CASE("a rejection during an outage does not start ahead of the backoff",
          "[I8]") {
  fixture fx;
  fx.source_issues(1000s);
  const auto first = fx.fetch().value();
  fx.source_fails();
  // Attempts at 900, 901, 902.5, 904.75, 908.125 s, the next at 913.1875 s.
  fx.time.advance(910s);
  REQUIRE(fx.calls() == 6);
  fx.reject(first);
  fx.time.advance(3187500us - 1ns);
  CHECK(fx.calls() == 6);
  fx.time.advance(1ns);
  CHECK(fx.calls() == 7);
}

TEST_CASE("synchronous fetches in an outage get one attempt a floor", "[I8]") {
  fixture fx;
  fx.source_fails();
  while (fx.time.elapsed() < 60s) {
    fx.fetch(renew_synchronous());
    fx.time.advance(100ms);
  }
  CHECK(least_gap(fx) == 1s);
  CHECK(fx.calls() <= 61);
}

TEST_CASE("the floor is counted from the start of a slow attempt", "[I8]") {
  fixture fx;
  fx.source.takes(3s);
  fx.source_issues();
  const auto first = fx.fetch();
  fx.time.advance(3s);
  fx.reject(first.value());
  // More than the floor has passed since the start: at once.
  CHECK(fx.calls() == 2);
}

TEST_CASE("the floor is initial_retry_timeout", "[I8]") {
  auto settings = exact_settings();
  settings.initial_retry_timeout = 250ms;
  fixture fx{settings};
  fx.source_issues(1ms);
  fx.fetch();
  fx.time.advance(10s);
  CHECK(least_gap(fx) == 250ms);
}

TEST_CASE("jitter never brings starts below the floor", "[I8]") {
  auto settings = renewal_settings{};
  settings.retry_jitter = 0.5;
  settings.retry_timeout_exponent = 1;
  settings.seed = 3;
  fixture fx{settings};
  SECTION("of refreshes") {
    fx.source_issues(1200ms);
  }
  SECTION("of retries") {
    fx.source_fails();
  }
  fx.fetch(timeout(0s));
  fx.time.advance(300s);
  CHECK(fx.calls() > 150);
  CHECK(least_gap(fx) >= 1s);
}
