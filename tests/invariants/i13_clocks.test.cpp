#include "support/scene.hpp"

#include <catch2/catch_test_macros.hpp>

#include <optional>

using namespace bearer;
using namespace bearer::test;
using namespace std::chrono_literals;

TEST_CASE("after the wall clock jumped past the expiry the next fetch does not "
          "get the old token",
          "[I13][I2]") {
  scene s;
  s.gives(100s);
  s.fetch();
  s.time.advance(10s);
  s.time.jump_wall(200s);
  CHECK(s.fetch().value().generation.count == 2);
}

TEST_CASE(
  "after a suspend an expired token is not served even if the source is "
  "down",
  "[I13][I2]") {
  scene s;
  s.gives(100s);
  s.fetch();
  s.fails();
  s.time.advance(10s);
  // The actor clock slept with the machine, the wall clock did not.
  s.time.jump_wall(8h);
  auto f = s.fetch(within(5s));
  s.time.advance(5s);
  CHECK(f.error() == errc::timed_out);
  CHECK_FALSE(s.status().current);
}

TEST_CASE("a jump past the expiry is noticed within a minute without a fetch",
          "[I13]") {
  scene s;
  s.gives(1h);
  s.fetch();
  event_log log{s.bearer};
  s.time.advance(20min);
  REQUIRE(s.calls() == 1);
  s.time.jump_wall(2h);
  s.time.advance(1min);
  CHECK(s.calls() == 2);
  CHECK(log.of<events::withdrawn>().size() == 1);
  CHECK(s.status().current->count == 2);
}

TEST_CASE("a jump past the safe fraction is noticed within a minute without a "
          "fetch",
          "[I13]") {
  scene s;
  s.gives(1h);
  s.fetch();
  event_log log{s.bearer};
  s.time.advance(1min);
  s.time.jump_wall(54min);
  s.time.advance(1min);
  CHECK(s.calls() == 2);
  // It was still good.
  CHECK(log.of<events::withdrawn>().empty());
}

TEST_CASE("a jump that stays below the safe fraction causes no attempt",
          "[I13]") {
  scene s;
  s.gives(1h);
  s.fetch();
  s.time.jump_wall(50min);
  s.time.advance(3min);
  CHECK(s.calls() == 1);
  s.time.advance(2min);
  CHECK(s.calls() == 2);
}

TEST_CASE("the wall clock is looked at once a minute even with a year ahead",
          "[I13]") {
  scene s;
  s.gives(24h * 365);
  s.fetch();
  s.time.advance(48h);
  s.time.jump_wall(24h * 365);
  s.time.advance(1min);
  CHECK(s.calls() == 2);
}

TEST_CASE("a wish to look again is checked against the wall clock, too",
          "[I13]") {
  scene s;
  s.source.replies([&](const attempt&) -> scripted_source::reply {
    auto tok = make_token("look-" + std::to_string(s.calls()));
    tok.refresh_after = 1h;
    return tok;
  });
  s.fetch();
  // Past all timers of the attempt and the fetch.
  s.time.advance(10min);
  REQUIRE(s.calls() == 1);
  s.time.jump_wall(50min);
  s.time.advance(1min);
  CHECK(s.calls() == 2);
}

TEST_CASE("a token without end needs no timer", "[I13]") {
  scene s;
  s.source.replies_with(make_token("for-ever"));
  CHECK(s.fetch().value().generation.count == 1);
  CHECK(s.time.timers() == 0);
}

TEST_CASE("a wall clock that was set back does not prolong a token", "[I13]") {
  scene s;
  s.gives(100s);
  s.fetch();
  event_log log{s.bearer};
  s.fails();
  s.time.advance(10s);
  s.time.jump_wall(-1h);
  // Usable until 95 s after publication: 100 s less the margin.
  s.time.advance(85s - 1us);
  CHECK(s.fetch().value().generation.count == 1);
  CHECK(log.of<events::withdrawn>().empty());
  s.time.advance(2us);
  REQUIRE(log.of<events::withdrawn>().size() == 1);
  CHECK(log.of<events::withdrawn>().front().generation.count == 1);
  CHECK(s.bearer.is_renewal_required());
  auto f = s.fetch(within(1ms));
  s.time.advance(1ms);
  CHECK(f.error() == errc::timed_out);
}

TEST_CASE("a wall clock that was set back does not delay the refresh",
          "[I13][I10]") {
  scene s;
  s.gives(100s);
  s.fetch();
  s.time.advance(10s);
  s.time.jump_wall(-24h);
  s.time.advance(80s);
  CHECK(s.source.call_times() == std::vector<caf::timespan>{0s, 90s});
}

TEST_CASE("jumps of the wall clock do not touch the backoff", "[I13][I9]") {
  scene s;
  s.fails();
  s.bearer.prefetch();
  s.time.settle();
  s.time.jump_wall(24h);
  s.time.advance(1s);
  s.time.jump_wall(-48h);
  s.time.advance(1500ms);
  CHECK(s.source.call_times() == std::vector<caf::timespan>{0s, 1s, 2500ms});
}

TEST_CASE("jumps of the wall clock do not touch a fetch's deadline",
          "[I13][I5]") {
  scene s;
  auto f = s.fetch(within(3s));
  s.time.jump_wall(24h);
  s.time.advance(3s - 1ns);
  CHECK_FALSE(f.done());
  s.time.jump_wall(-48h);
  s.time.advance(1ns);
  CHECK(f.error() == errc::timed_out);
}

TEST_CASE("jumps of the wall clock do not touch the limit of an attempt",
          "[I13][I15]") {
  scene s;
  event_log log{s.bearer};
  s.bearer.prefetch();
  s.time.settle();
  s.time.jump_wall(24h);
  s.time.advance(5s - 1ns);
  CHECK(log.of<events::attempt_ended>().empty());
  s.time.advance(1ns);
  CHECK(log.of<events::attempt_ended>().size() == 1);
}

TEST_CASE("an end of time in the far future saturates", "[I13]") {
  scene s;
  auto tok = make_token("eternal");
  tok.expires_at = caf::timestamp::max();
  s.source.replies_with(tok);
  CHECK(s.fetch().value().generation.count == 1);
  s.time.advance(1h);
  CHECK(s.fetch().value().generation.count == 1);
  CHECK(s.calls() == 1);
}

TEST_CASE("a jump causes one attempt, and no faster than the floor allows",
          "[I13][I8]") {
  scene s;
  s.gives(100s);
  s.fetch();
  s.time.jump_wall(1h);
  auto f = s.fetch();
  CHECK(s.calls() == 1);
  s.time.advance(1s - 1ns);
  CHECK(s.calls() == 1);
  s.time.advance(1ns);
  CHECK(s.calls() == 2);
  CHECK(f.value().generation.count == 2);
}

TEST_CASE("a token that a wrong wall clock ended comes back with the right one",
          "[I13][I11]") {
  scene s;
  const auto same = make_token("only-one", s.time.wall(), 2h);
  s.source.replies_with(same);
  const auto gen = s.fetch().value().generation;
  s.time.jump_wall(3h);
  s.time.advance(2min);
  CHECK(s.status().current == std::nullopt);
  s.time.jump_wall(-3h);
  s.time.advance(1min);
  CHECK(s.fetch().value().generation == gen);
  CHECK(s.status().failures == 0);
}
