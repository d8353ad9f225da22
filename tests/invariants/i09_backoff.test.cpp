#include <bearer/backoff.hpp>

#include "support/scene.hpp"

#include <catch2/catch_test_macros.hpp>

#include <chrono>

using namespace bearer;
using namespace bearer::test;
using namespace std::chrono_literals;

TEST_CASE("the backoff of two thousand failures stays at the cap", "[I9]") {
  scene s;
  s.fails();
  s.fetch(within(0s));
  s.time.advance(2000min);
  CHECK(s.calls() > 2000);
  CHECK(s.status().failures == s.calls());
  CHECK(s.source.calls().back().what.number == s.calls());
  const auto times = s.source.call_times();
  for (std::size_t i = 13; i < times.size(); ++i)
    REQUIRE(times[i] - times[i - 1] == 1min);
}

TEST_CASE("the backoff is counted from the end of the failed attempt", "[I9]") {
  scene s;
  s.source.takes(400ms);
  s.fails();
  s.fetch();
  s.time.advance(10s);
  const auto times = s.source.call_times();
  REQUIRE(times.size() == 5);
  CHECK(times[1] == 1400ms);
  CHECK(times[2] == 1400ms + 1900ms);
  CHECK(times[3] == 1400ms + 1900ms + 2650ms);
}

TEST_CASE("an attempt that ran into its limit backs off from there", "[I9]") {
  scene s;
  s.fetch();
  s.time.advance(19s);
  const auto times = s.source.call_times();
  REQUIRE(times.size() == 3);
  CHECK(times[1] == 6s);
  CHECK(times[2] == 12500ms);
}

TEST_CASE("success resets the backoff", "[I9]") {
  scene s;
  s.fails();
  s.fetch();
  s.time.advance(10s);
  REQUIRE(s.calls() == 5);
  s.gives(100s);
  s.time.advance(4s);
  REQUIRE(s.calls() == 6);
  CHECK(s.source.calls()[5].what.number == 6);
  CHECK(s.status().failures == 0);
  s.fails();
  s.time.advance(90s + 3s);
  // The refresh, and retries after 1 s and 1.5 s.
  REQUIRE(s.calls() == 9);
  CHECK(s.source.calls()[6].what.number == 1);
  CHECK(s.source.calls()[7].what.number == 2);
  const auto times = s.source.call_times();
  CHECK(times[7] - times[6] == 1s);
  CHECK(times[8] - times[7] == 1500ms);
}

TEST_CASE("an unchanged token resets the backoff too", "[I3][I9]") {
  scene s;
  s.source.replies_with(make_token("same", s.time.wall(), 1000s));
  s.fetch();
  s.fails();
  s.time.advance(910s);
  CHECK(s.status().failures == 5);
  s.source.replies_with(make_token("same", s.time.wall(), 1000s));
  s.time.advance(5s);
  CHECK(s.status().failures == 0);
}

TEST_CASE("nothing else resets the backoff", "[I9]") {
  scene s;
  s.gives(1000s);
  const auto first = s.fetch().value();
  s.fails();
  s.time.advance(910s);
  REQUIRE(s.status().failures == 5);
  SECTION("a rejection") {
    s.reject(first);
  }
  SECTION("a request") {
    s.bearer.request_renewal();
  }
  SECTION("a prefetch") {
    s.bearer.prefetch();
  }
  SECTION("fetches") {
    s.fetch(forced());
    s.fetch(reporting());
  }
  SECTION("the end of the token") {
    s.time.jump_wall(1h);
    s.fetch(within(0s));
  }
  s.time.settle();
  CHECK(s.status().failures == 5);
  CHECK(s.calls() == 6);
  CHECK(s.status().next_attempt_in == 13187500us - 10s);
}

TEST_CASE("retry_after raises the backoff", "[I9][I10]") {
  scene s;
  auto asked = caf::timespan{30s};
  auto expected = asked;
  SECTION("beyond the delay") {}
  SECTION("up to the cap") {
    asked = 24h;
    expected = 1min;
  }
  SECTION("and never lowers it") {
    asked = 1ms;
    expected = 1s;
  }
  s.source.replies_with(make_transient(outage(), asked));
  s.fetch(within(0s));
  CHECK(s.status().next_attempt_in == expected);
  s.time.advance(expected);
  const auto times = s.source.call_times();
  REQUIRE(times.size() == 2);
  CHECK(times[1] == expected);
}

TEST_CASE("retry_after does not hold back a synchronous fetch", "[I6][I8]") {
  scene s;
  s.source.replies_with(make_transient(outage(), 30s));
  s.fetch(within(0s));
  s.time.advance(5s);
  s.fetch(synchronous());
  CHECK(s.calls() == 2);
}

TEST_CASE("a jittered backoff stays within its bounds", "[I9][I10]") {
  auto settings = renewal_settings{};
  settings.retry_jitter = 0.3;
  settings.seed = 11;
  scene s{settings};
  s.fails();
  s.fetch(within(0s));
  s.time.advance(30min);
  const auto times = s.source.call_times();
  auto exact = 0;
  for (std::size_t i = 1; i < times.size(); ++i) {
    const auto delay = backoff_delay(settings, i);
    const auto gap = times[i] - times[i - 1];
    exact += gap == delay ? 1 : 0;
    CHECK(gap >= std::max<caf::timespan>(1s, delay * 7 / 10 - 1us));
    CHECK(gap <= std::min<caf::timespan>(1min, delay * 13 / 10 + 1us));
  }
  CHECK(exact < static_cast<int>(times.size()));
}

TEST_CASE("the schedule is reproducible by its seed", "[I10]") {
  auto run = [](std::uint64_t seed) {
    auto settings = renewal_settings{};
    settings.seed = seed;
    scene s{settings};
    s.fails();
    s.fetch(within(0s));
    s.time.advance(10min);
    return s.source.call_times();
  };
  CHECK(run(1) == run(1));
  CHECK(run(1) != run(2));
}

TEST_CASE("a source that heals is used within the promised time", "[I11]") {
  scene s;
  auto bad = true;
  auto round = 0;
  s.source.replies([&](const attempt&) -> scripted_source::reply {
    if (!bad)
      return s.fresh(100s);
    switch (++round % 4) {
      case 0:
        return std::nullopt;
      case 1:
        return make_permanent(outage());
      case 2:
        return token{};
      default:
        return make_transient(outage(), 1h);
    }
  });
  s.fetch(within(0s));
  s.time.advance(6h);
  bad = false;
  s.time.advance(1min + 10s);
  CHECK(s.fetch(within(0s)).value().generation.count == 1);
}
