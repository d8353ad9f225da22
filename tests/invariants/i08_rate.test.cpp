#include "support/scene.hpp"

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
void hammer(scene& s, std::minstd_rand& rng, bool impatient) {
  switch (rng() % (impatient ? 8 : 7)) {
    case 0:
      s.fetch(within(50ms));
      break;
    case 1: {
      auto opts = forced();
      opts.timeout = 50ms;
      s.fetch(opts);
      break;
    }
    case 2: {
      auto opts = reporting();
      opts.timeout = 50ms;
      s.fetch(opts);
      break;
    }
    case 3:
      s.bearer.prefetch();
      break;
    case 4:
      s.bearer.request_renewal();
      break;
    case 5: {
      const auto answer = s.fetch(within(0s));
      if (const auto& got = answer.state_->answers.front())
        s.reject(*got);
      break;
    }
    case 6: {
      auto receiver = s.bearer.receiver();
      fetch(s.time.sys(), receiver, within(50ms));
      can_retry(s.time.sys(), receiver,
                caf::make_error(caf::sec::runtime_error, "401"));
      break;
    }
    default: {
      auto opts = synchronous();
      opts.renew_required = rng() % 2 == 0;
      opts.timeout = 50ms;
      s.fetch(opts);
      break;
    }
  }
  s.time.settle();
}

caf::timespan least_gap(const scene& s) {
  const auto times = s.source.call_times();
  auto result = caf::timespan::max();
  for (std::size_t i = 1; i < times.size(); ++i)
    result = std::min(result, times[i] - times[i - 1]);
  return result;
}

} // namespace

TEST_CASE("whatever arrives, the starts of attempts keep the floor", "[I8]") {
  scene s;
  auto rng = std::minstd_rand{GENERATE(1U, 2U, 3U)};
  s.source.replies([&](const attempt&) -> scripted_source::reply {
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
        return s.fresh(1s);
    }
  });
  constexpr auto span = 300s;
  while (s.time.elapsed() < span) {
    hammer(s, rng, true);
    s.time.advance(50ms);
  }
  CHECK(s.calls() > 20);
  CHECK(least_gap(s) >= 1s);
  CHECK(s.calls() <= 1 + span / 1s);
  CHECK(s.status().attempts == s.calls());
}

TEST_CASE("a source that is always good is called once a floor at most",
          "[I8]") {
  scene s;
  s.gives(1ms);
  auto rng = std::minstd_rand{5};
  while (s.time.elapsed() < 100s) {
    hammer(s, rng, true);
    s.time.advance(20ms);
  }
  CHECK(least_gap(s) == 1s);
  CHECK(s.calls() <= 101);
  CHECK(s.calls() >= 95);
}

TEST_CASE("in an outage nothing but renew_sync starts ahead of the backoff",
          "[I8][I9]") {
  auto calls_of_outage = [](bool loud) {
    scene s;
    s.fails();
    s.fetch(within(0s));
    auto rng = std::minstd_rand{9};
    while (s.time.elapsed() < 300s) {
      if (loud)
        hammer(s, rng, false);
      s.time.advance(50ms);
    }
    return s.source.call_times();
  };
  // The same calls as if nobody asked at all.
  CHECK(calls_of_outage(true) == calls_of_outage(false));
}

TEST_CASE("a rejection during an outage does not start ahead of the backoff",
          "[I8]") {
  scene s;
  s.gives(1000s);
  const auto first = s.fetch().value();
  s.fails();
  // Attempts at 900, 901, 902.5, 904.75, 908.125 s, the next at 913.1875 s.
  s.time.advance(910s);
  REQUIRE(s.calls() == 6);
  s.reject(first);
  s.time.advance(3187500us - 1ns);
  CHECK(s.calls() == 6);
  s.time.advance(1ns);
  CHECK(s.calls() == 7);
}

TEST_CASE("synchronous fetches in an outage get one attempt a floor", "[I8]") {
  scene s;
  s.fails();
  while (s.time.elapsed() < 60s) {
    s.fetch(synchronous());
    s.time.advance(100ms);
  }
  CHECK(least_gap(s) == 1s);
  CHECK(s.calls() <= 61);
}

TEST_CASE("the floor is counted from the start of a slow attempt", "[I8]") {
  scene s;
  s.source.takes(3s);
  s.gives();
  const auto first = s.fetch();
  s.time.advance(3s);
  s.reject(first.value());
  // More than the floor has passed since the start: at once.
  CHECK(s.calls() == 2);
}

TEST_CASE("the floor is initial_retry_timeout", "[I8]") {
  auto settings = exact();
  settings.initial_retry_timeout = 250ms;
  scene s{settings};
  s.gives(1ms);
  s.fetch();
  s.time.advance(10s);
  CHECK(least_gap(s) == 250ms);
}

TEST_CASE("jitter never brings starts below the floor", "[I8]") {
  auto settings = renewal_settings{};
  settings.retry_jitter = 0.5;
  settings.retry_timeout_exponent = 1;
  settings.seed = 3;
  scene s{settings};
  SECTION("of refreshes") {
    s.gives(1200ms);
  }
  SECTION("of retries") {
    s.fails();
  }
  s.fetch(within(0s));
  s.time.advance(300s);
  CHECK(s.calls() > 150);
  CHECK(least_gap(s) >= 1s);
}
