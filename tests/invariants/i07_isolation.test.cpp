#include "support/fixture.hpp"

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <vector>

using namespace bearer;
using namespace bearer::test;
using namespace std::chrono_literals;

TEST_CASE("a caller that is killed ends no flight and takes nobody along",
          "[I7]") {
  fixture fx;
  const auto first = fx.fetch();
  const auto synchronous = fx.fetch(renew_synchronous());
  const auto other = fx.fetch();
  fx.time.advance(1s);
  kill(first);
  kill(synchronous);
  fx.time.settle();
  CHECK(fx.status().state == bearer_state::attempting);
  fx.source.answer(0, fx.fresh_token());
  fx.time.settle();
  CHECK(fx.calls() == 1);
  CHECK(other.value().generation.count == 1);
  CHECK(first.answers() == 0);
}

TEST_CASE("the only caller's death ends no flight", "[I7]") {
  fixture fx;
  kill(fx.fetch());
  fx.time.settle();
  fx.source.answer(0, fx.fresh_token());
  fx.time.settle();
  CHECK(fx.fetch(timeout(0s)).value().generation.count == 1);
}

TEST_CASE("a caller that times out ends no flight and takes nobody along",
          "[I7]") {
  fixture fx;
  const auto first = fx.fetch(timeout(1s));
  auto synchronous_options = renew_synchronous();
  synchronous_options.timeout = 2s;
  const auto second = fx.fetch(synchronous_options);
  const auto other = fx.fetch();
  fx.time.advance(3s);
  CHECK(first.error() == errc::timed_out);
  CHECK(second.error() == errc::timed_out);
  CHECK(!other.done());
  fx.source.answer(0, fx.fresh_token());
  fx.time.settle();
  CHECK(other.value().generation.count == 1);
  CHECK(fx.calls() == 1);
}

TEST_CASE("a wave of dying callers costs no extra calls", "[I7][I8]") {
  fixture fx;
  fx.source.takes(500ms);
  fx.source_fails();
  auto survivors = std::vector<pending_fetch>{};
  for (int i = 0; i < 100; ++i) {
    auto doomed = fx.fetch();
    survivors.push_back(fx.fetch(timeout(1h)));
    kill(doomed);
    fx.time.advance(100ms);
  }
  const auto calls = fx.calls();
  // Without any callers: starts at 0, 1.5, 3.5, 6.25, 10.125 s.
  CHECK(calls == 4);
  fx.source_issues();
  fx.time.advance(1min);
  for (const auto& one : survivors)
    CHECK(one.value().generation.count == 1);
}

TEST_CASE("one caller's wish for a newer token leaves the others their hits",
          "[I7][I17]") {
  fixture fx;
  fx.source_issues();
  fx.fetch();
  fx.time.advance(10s);
  fx.source.stays_silent();
  const auto forcing = fx.fetch(renew_required());
  REQUIRE(fx.calls() == 2);
  CHECK(fx.fetch(timeout(0s)).value().generation.count == 1);
  fx.source.answer(1, outage());
  fx.time.settle();
  CHECK(!forcing.done());
  CHECK(fx.fetch(timeout(0s)).value().generation.count == 1);
}

TEST_CASE("renew_required gives a newer token than the one at the call",
          "[I16]") {
  fixture fx;
  fx.source_issues();
  SECTION("without any token") {
    CHECK(fx.fetch(renew_required()).value().generation.count == 1);
    CHECK(fx.calls() == 1);
  }
  SECTION("with one") {
    fx.fetch();
    const auto forcing = fx.fetch(renew_required());
    CHECK(!forcing.done());
    fx.time.advance(1s);
    CHECK(forcing.value().generation.count == 2);
    CHECK(fx.source.calls()[1].what.reason == attempt_reason::requested);
  }
  SECTION("many join one call") {
    fx.fetch();
    auto all = std::vector<pending_fetch>{};
    for (int i = 0; i < 100; ++i)
      all.push_back(fx.fetch(renew_required()));
    fx.time.advance(10s);
    for (const auto& one : all)
      CHECK(one.value().generation.count == 2);
    CHECK(fx.calls() == 2);
  }
}
