#include "support/fixture.hpp"

#include <catch2/catch_test_macros.hpp>

#include <chrono>

using namespace bearer;
using namespace bearer::test;
using namespace std::chrono_literals;

namespace {

/// A bearer with a token that lives for `lifetime`, and a dead source.
struct orphan : fixture {
  explicit orphan(caf::timespan lifetime,
                  const renewal_settings& settings = exact_settings())
    : fixture(settings) {
    source_issues(lifetime);
    held = fetch().value();
    source.stays_silent();
  }

  bool hit() {
    const auto hits = status().fetches.hits;
    fetch(timeout(0s));
    return status().fetches.hits > hits;
  }

  token held;
};

} // namespace

TEST_CASE("a token is handed out until its margin begins and not then",
          "[I2]") {
  // Long enough for the margin of 10 s: the end is exact.
  orphan fx{1000s};
  fx.time.advance(990s - 1ns);
  CHECK(fx.hit());
  fx.time.advance(1ns);
  CHECK(!fx.hit());
  CHECK(!fx.status().current);
}

TEST_CASE("a short-lived token ends half the unsafe time before its expiry",
          "[I2]") {
  auto settings = exact_settings();
  settings.lifetime_safe_fraction = 0.5;
  orphan fx{16s, settings};
  fx.time.advance(12s - 1ns);
  CHECK(fx.hit());
  fx.time.advance(1ns);
  CHECK(!fx.hit());
}

TEST_CASE("without a margin a token is handed out until it expires", "[I2]") {
  auto settings = exact_settings();
  settings.expiry_margin = 0s;
  orphan fx{100s, settings};
  fx.time.advance(100s - 1ns);
  CHECK(fx.hit());
  fx.time.advance(1ns);
  CHECK(!fx.hit());
}

TEST_CASE("a step of the wall clock beyond the end ends the token at once",
          "[I2][I13]") {
  orphan fx{1000s};
  fx.time.jump_wall(990s - 1ns);
  CHECK(fx.hit());
  event_log log{fx.bearer};
  fx.time.jump_wall(1ns);
  const auto waiting = fx.fetch();
  CHECK(!waiting.done());
  CHECK(log.of<events::withdrawn>().size() == 1);
  CHECK(fx.calls() == 1);
  fx.time.advance(1s);
  CHECK(fx.calls() == 2);
  fx.source.answer(1, make_token("after-the-jump"));
  fx.time.settle();
  CHECK(text(waiting.value()) == "after-the-jump");
}

TEST_CASE("a fetch in the very moment of the end waits for a new token",
          "[I2]") {
  fixture fx;
  fx.source_issues(1000s);
  fx.fetch();
  fx.source_fails();
  fx.time.advance(990s);
  const auto waiting = fx.fetch();
  CHECK(!waiting.done());
  fx.source_issues(1000s);
  fx.time.advance(1min);
  CHECK(waiting.value().generation.count == 2);
}

TEST_CASE("a wall clock set back does not prolong a token", "[I2][I13]") {
  orphan fx{1000s};
  fx.time.jump_wall(-500s);
  fx.time.advance(990s - 1ns);
  CHECK(fx.hit());
  fx.time.advance(1ns);
  CHECK(!fx.hit());
}

TEST_CASE("no fetch ever gets an expired token, whatever the source does",
          "[I2]") {
  fixture fx;
  auto round = 0;
  fx.source.replies([&](const attempt&) -> scripted_source::reply {
    switch (++round % 5) {
      case 0:
        return outage();
      case 1:
        return fx.fresh_token(3s);
      case 2:
        return std::nullopt;
      case 3:
        return fx.fresh_token(-1s);
      default:
        return fx.fresh_token(20s);
    }
  });
  auto served = 0;
  for (int i = 0; i < 2000; ++i) {
    const auto answer = fx.fetch(timeout(0s));
    REQUIRE(answer.answers() == 1);
    const auto& got = answer.state_->answers.front();
    if (got) {
      ++served;
      REQUIRE(*got->expires_at > fx.time.wall());
    }
    fx.time.advance(100ms);
  }
  CHECK(served > 100);
}

TEST_CASE("waiters get a token only if it is usable when it arrives", "[I2]") {
  fixture fx;
  const auto waiting = fx.fetch();
  const auto slow = fx.fresh_token(2s);
  fx.time.advance(3s);
  fx.source.answer(0, slow);
  fx.time.settle();
  CHECK(!waiting.done());
  CHECK(fx.status().last_error == errc::expired_token);
}
