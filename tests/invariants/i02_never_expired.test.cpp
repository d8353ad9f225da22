#include "support/scene.hpp"

#include <catch2/catch_test_macros.hpp>

#include <chrono>

using namespace bearer;
using namespace bearer::test;
using namespace std::chrono_literals;

namespace {

/// A bearer with a token that lives for `lifetime`, and a dead source.
struct orphan : scene {
  explicit orphan(caf::timespan lifetime,
                  const renewal_settings& settings = exact())
    : scene(settings) {
    gives(lifetime);
    held = fetch().value();
    source.stays_silent();
  }

  bool hit() {
    const auto hits = status().fetches.hits;
    fetch(within(0s));
    return status().fetches.hits > hits;
  }

  token held;
};

} // namespace

TEST_CASE("a token is handed out until its margin begins and not then",
          "[I2]") {
  // Long enough for the margin of 10 s: the end is exact.
  orphan s{1000s};
  s.time.advance(990s - 1ns);
  CHECK(s.hit());
  s.time.advance(1ns);
  CHECK(!s.hit());
  CHECK(!s.status().current);
}

TEST_CASE("a short-lived token ends half the unsafe time before its expiry",
          "[I2]") {
  auto settings = exact();
  settings.lifetime_safe_fraction = 0.5;
  orphan s{16s, settings};
  s.time.advance(12s - 1ns);
  CHECK(s.hit());
  s.time.advance(1ns);
  CHECK(!s.hit());
}

TEST_CASE("without a margin a token is handed out until it expires", "[I2]") {
  auto settings = exact();
  settings.expiry_margin = 0s;
  orphan s{100s, settings};
  s.time.advance(100s - 1ns);
  CHECK(s.hit());
  s.time.advance(1ns);
  CHECK(!s.hit());
}

TEST_CASE("a step of the wall clock beyond the end ends the token at once",
          "[I2][I13]") {
  orphan s{1000s};
  s.time.jump_wall(990s - 1ns);
  CHECK(s.hit());
  event_log log{s.bearer};
  s.time.jump_wall(1ns);
  const auto waiting = s.fetch();
  CHECK(!waiting.done());
  CHECK(log.of<events::withdrawn>().size() == 1);
  CHECK(s.calls() == 1);
  s.time.advance(1s);
  CHECK(s.calls() == 2);
  s.source.answer(1, make_token("after-the-jump"));
  s.time.settle();
  CHECK(text(waiting.value()) == "after-the-jump");
}

TEST_CASE("a fetch in the very moment of the end waits for a new token",
          "[I2]") {
  scene s;
  s.gives(1000s);
  s.fetch();
  s.fails();
  s.time.advance(990s);
  const auto waiting = s.fetch();
  CHECK(!waiting.done());
  s.gives(1000s);
  s.time.advance(1min);
  CHECK(waiting.value().generation.count == 2);
}

TEST_CASE("a wall clock set back does not prolong a token", "[I2][I13]") {
  orphan s{1000s};
  s.time.jump_wall(-500s);
  s.time.advance(990s - 1ns);
  CHECK(s.hit());
  s.time.advance(1ns);
  CHECK(!s.hit());
}

TEST_CASE("no fetch ever gets an expired token, whatever the source does",
          "[I2]") {
  scene s;
  auto round = 0;
  s.source.replies([&](const attempt&) -> scripted_source::reply {
    switch (++round % 5) {
      case 0:
        return outage();
      case 1:
        return s.fresh(3s);
      case 2:
        return std::nullopt;
      case 3:
        return s.fresh(-1s);
      default:
        return s.fresh(20s);
    }
  });
  auto served = 0;
  for (int i = 0; i < 2000; ++i) {
    const auto answer = s.fetch(within(0s));
    REQUIRE(answer.answers() == 1);
    const auto& got = answer.state_->answers.front();
    if (got) {
      ++served;
      REQUIRE(*got->expires_at > s.time.wall());
    }
    s.time.advance(100ms);
  }
  CHECK(served > 100);
}

TEST_CASE("waiters get a token only if it is usable when it arrives", "[I2]") {
  scene s;
  const auto waiting = s.fetch();
  const auto slow = s.fresh(2s);
  s.time.advance(3s);
  s.source.answer(0, slow);
  s.time.settle();
  CHECK(!waiting.done());
  CHECK(s.status().last_error == errc::expired_token);
}
