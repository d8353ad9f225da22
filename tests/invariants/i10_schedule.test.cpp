#include <bearer/backoff.hpp>
#include <bearer/freshness.hpp>

#include "support/scene.hpp"

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <numeric>
#include <vector>

using namespace bearer;
using namespace bearer::test;
using namespace std::chrono_literals;

namespace {

using times = std::vector<caf::timespan>;

/// Running sums of delays, from 0.
times starts(const times& delays) {
  auto result = times{0s};
  for (auto delay : delays)
    result.push_back(result.back() + delay);
  return result;
}

} // namespace

TEST_CASE("tokens of 100 s are refreshed every 90 s", "[I10]") {
  scene s;
  s.gives(100s);
  s.fetch();
  s.time.advance(450s);
  CHECK(s.source.call_times() == times{0s, 90s, 180s, 270s, 360s, 450s});
  for (std::size_t i = 1; i < s.calls(); ++i)
    CHECK(s.source.calls()[i].what.reason == attempt_reason::scheduled);
}

TEST_CASE("a token without an expiry is never refreshed", "[I10]") {
  scene s;
  s.gives();
  s.fetch();
  s.time.advance(24h * 365);
  CHECK(s.source.call_times() == times{0s});
  CHECK(s.status().state == bearer_state::idle);
  CHECK(s.time.timers() == 0);
  CHECK(s.fetch(within(0s)).value().generation.count == 1);
}

TEST_CASE("tokens of half a second are refreshed at the floor", "[I8][I10]") {
  scene s;
  s.gives(500ms);
  s.fetch();
  s.time.advance(5s);
  CHECK(s.source.call_times() == times{0s, 1s, 2s, 3s, 4s, 5s});
}

TEST_CASE("tokens that have expired already are failures with their backoff",
          "[I3][I10]") {
  scene s;
  s.gives(0s);
  s.fetch();
  s.time.advance(10s);
  CHECK(s.source.call_times() == starts({1s, 1500ms, 2250ms, 3375ms}));
}

TEST_CASE("twelve failures with the defaults keep the reference's times",
          "[I9][I10]") {
  scene s;
  s.fails();
  s.fetch(within(0s));
  s.time.advance(4min);
  // The eleventh delay, 1.5^10 s, ends in half a nanosecond.
  const auto eleventh = backoff_delay({}, 11);
  CHECK(eleventh >= 57665039062ns);
  CHECK(eleventh <= 57665039063ns);
  auto expected
    = starts({1s, 1500ms, 2250ms, 3375ms, 5062500us, 7593750us, 11390625us,
              17085937500ns, 25628906250ns, 38443359375ns, eleventh, 1min});
  while (expected.back() > 4min)
    expected.pop_back();
  REQUIRE(expected.size() >= 12);
  CHECK(s.source.call_times() == expected);
}

TEST_CASE("with an exponent of 1 failures are retried at the initial delay",
          "[I9][I10]") {
  auto settings = exact();
  settings.retry_timeout_exponent = 1;
  scene s{settings};
  s.fails();
  s.fetch();
  s.time.advance(5s);
  CHECK(s.source.call_times() == times{0s, 1s, 2s, 3s, 4s, 5s});
}

TEST_CASE("refresh_after is kept if it is earlier than the safe fraction",
          "[I10]") {
  scene s;
  auto refresh_after = caf::timespan{30s};
  auto lifetime = std::optional<caf::timespan>{100s};
  auto expected = times{};
  SECTION("earlier") {
    expected = {0s, 30s, 60s, 90s};
  }
  SECTION("later") {
    refresh_after = 95s;
    expected = {0s, 90s};
  }
  SECTION("without an expiry") {
    refresh_after = 40s;
    lifetime.reset();
    expected = {0s, 40s, 80s};
  }
  s.source.replies([&](const attempt&) -> scripted_source::reply {
    auto result = lifetime ? s.fresh(*lifetime) : s.fresh();
    result.refresh_after = refresh_after;
    return result;
  });
  s.fetch();
  s.time.advance(100s);
  CHECK(s.source.call_times() == expected);
}

TEST_CASE("refresh_after below the floor is raised to it", "[I8][I10]") {
  scene s;
  s.source.replies([&](const attempt&) -> scripted_source::reply {
    auto result = s.fresh();
    result.refresh_after = 1ms;
    return result;
  });
  s.fetch();
  s.time.advance(3s);
  CHECK(s.source.call_times() == times{0s, 1s, 2s, 3s});
}

TEST_CASE("the safe fraction counts from publication, not from the start",
          "[I10]") {
  scene s;
  s.source.takes(2s);
  s.source.replies(
    [&](const attempt&) -> scripted_source::reply { return s.fresh(100s); });
  s.fetch();
  s.time.advance(100s);
  // 98 s are left when it arrives at 2 s.
  CHECK(s.source.call_times() == times{0s, 2s + 88200ms});
}

TEST_CASE("another safe fraction moves the refresh", "[I10]") {
  auto settings = exact();
  settings.lifetime_safe_fraction = 0.5;
  scene s{settings};
  s.gives(100s);
  s.fetch();
  s.time.advance(150s);
  CHECK(s.source.call_times() == times{0s, 50s, 100s, 150s});
}

TEST_CASE("jitter moves refreshes earlier only, within its bound", "[I10]") {
  auto settings = renewal_settings{};
  settings.retry_jitter = 0.2;
  settings.seed = 4;
  scene s{settings};
  s.gives(100s);
  s.fetch();
  s.time.advance(2h);
  const auto at = s.source.call_times();
  auto moved = false;
  for (std::size_t i = 1; i < at.size(); ++i) {
    const auto delay = at[i] - at[i - 1];
    CHECK(delay <= 90s);
    CHECK(delay >= 72s);
    moved |= delay < 80s;
  }
  CHECK(moved);
}

TEST_CASE("no work starts before the first fetch or prefetch", "[I10]") {
  scene s;
  s.gives(100s);
  event_log log{s.bearer};
  s.bearer.request_renewal();
  s.status();
  s.time.advance(24h);
  CHECK(s.calls() == 0);
  CHECK(s.time.timers() == 0);
  s.bearer.prefetch();
  s.time.advance(90s);
  CHECK(s.source.call_times() == times{0s, 90s});
}

TEST_CASE("a prefetch with a fresh token does nothing", "[I10]") {
  scene s;
  s.gives(100s);
  s.fetch();
  s.time.advance(10s);
  s.bearer.prefetch();
  s.time.advance(10s);
  CHECK(s.calls() == 1);
}

TEST_CASE("a step of the wall clock brings the refresh forward within a minute",
          "[I10][I13]") {
  scene s;
  s.gives(10'000s);
  s.fetch();
  s.time.advance(100s);
  s.time.jump_wall(9'000s);
  s.time.advance(1min);
  CHECK(s.calls() == 2);
  CHECK(s.source.calls()[1].what.reason == attempt_reason::scheduled);
  CHECK(s.fetch().value().generation.count == 2);
}

TEST_CASE("a wall clock set back leaves the refresh where it was",
          "[I10][I13]") {
  scene s;
  s.gives(100s);
  s.fetch();
  s.time.jump_wall(-24h);
  s.time.advance(90s);
  CHECK(s.source.call_times() == times{0s, 90s});
}

TEST_CASE("attempts carry number, budget, reason and the token to be replaced",
          "[I10]") {
  scene s;
  auto given = s.fresh(100s);
  given.generation = {77, 5};
  s.source.replies_with(given);
  s.fetch();
  s.fails();
  s.time.advance(91s);
  const auto& calls = s.source.calls();
  REQUIRE(calls.size() == 3);
  CHECK(calls[0].what.number == 1);
  CHECK(calls[0].what.budget == 5s);
  CHECK(calls[0].what.reason == attempt_reason::first);
  CHECK(calls[0].what.previous.access_token.empty());
  CHECK(calls[1].what.number == 1);
  CHECK(calls[1].what.reason == attempt_reason::scheduled);
  // Exactly as the source gave it, its own generation included.
  CHECK(calls[1].what.previous.generation == given.generation);
  CHECK(text(calls[1].what.previous) == text(given));
  CHECK(calls[2].what.number == 2);
  CHECK(calls[2].what.reason == attempt_reason::scheduled);
}
