#include "support/scene.hpp"

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <vector>

using namespace bearer;
using namespace bearer::test;
using namespace std::chrono_literals;

TEST_CASE("a caller that is killed ends no flight and takes nobody along",
          "[I7]") {
  scene s;
  const auto first = s.fetch();
  const auto impatient = s.fetch(synchronous());
  const auto other = s.fetch();
  s.time.advance(1s);
  kill(first);
  kill(impatient);
  s.time.settle();
  CHECK(s.status().state == bearer_state::attempting);
  s.source.answer(0, s.fresh());
  s.time.settle();
  CHECK(s.calls() == 1);
  CHECK(other.value().generation.count == 1);
  CHECK(first.answers() == 0);
}

TEST_CASE("the only caller's death ends no flight", "[I7]") {
  scene s;
  kill(s.fetch());
  s.time.settle();
  s.source.answer(0, s.fresh());
  s.time.settle();
  CHECK(s.fetch(within(0s)).value().generation.count == 1);
}

TEST_CASE("a caller that times out ends no flight and takes nobody along",
          "[I7]") {
  scene s;
  const auto first = s.fetch(within(1s));
  auto synchronous_options = synchronous();
  synchronous_options.timeout = 2s;
  const auto second = s.fetch(synchronous_options);
  const auto other = s.fetch();
  s.time.advance(3s);
  CHECK(first.error() == errc::timed_out);
  CHECK(second.error() == errc::timed_out);
  CHECK(!other.done());
  s.source.answer(0, s.fresh());
  s.time.settle();
  CHECK(other.value().generation.count == 1);
  CHECK(s.calls() == 1);
}

TEST_CASE("a wave of dying callers costs no extra calls", "[I7][I8]") {
  scene s;
  s.source.takes(500ms);
  s.fails();
  auto survivors = std::vector<pending_fetch>{};
  for (int i = 0; i < 100; ++i) {
    auto doomed = s.fetch();
    survivors.push_back(s.fetch(within(1h)));
    kill(doomed);
    s.time.advance(100ms);
  }
  const auto calls = s.calls();
  // Without any callers: starts at 0, 1.5, 3.5, 6.25, 10.125 s.
  CHECK(calls == 4);
  s.gives();
  s.time.advance(1min);
  for (const auto& one : survivors)
    CHECK(one.value().generation.count == 1);
}

TEST_CASE("one caller's wish for a newer token leaves the others their hits",
          "[I7][I17]") {
  scene s;
  s.gives();
  s.fetch();
  s.time.advance(10s);
  s.source.stays_silent();
  const auto forcing = s.fetch(forced());
  REQUIRE(s.calls() == 2);
  CHECK(s.fetch(within(0s)).value().generation.count == 1);
  s.source.answer(1, outage());
  s.time.settle();
  CHECK(!forcing.done());
  CHECK(s.fetch(within(0s)).value().generation.count == 1);
}

TEST_CASE("renew_required gives a newer token than the one at the call",
          "[I16]") {
  scene s;
  s.gives();
  SECTION("without any token") {
    CHECK(s.fetch(forced()).value().generation.count == 1);
    CHECK(s.calls() == 1);
  }
  SECTION("with one") {
    s.fetch();
    const auto forcing = s.fetch(forced());
    CHECK(!forcing.done());
    s.time.advance(1s);
    CHECK(forcing.value().generation.count == 2);
    CHECK(s.source.calls()[1].what.reason == attempt_reason::requested);
  }
  SECTION("many join one call") {
    s.fetch();
    auto all = std::vector<pending_fetch>{};
    for (int i = 0; i < 100; ++i)
      all.push_back(s.fetch(forced()));
    s.time.advance(10s);
    for (const auto& one : all)
      CHECK(one.value().generation.count == 2);
    CHECK(s.calls() == 2);
  }
}

TEST_CASE("who changes the token he was given changes nobody else's", "[I7]") {
  scene s;
  auto told = std::vector<std::string>{};
  auto ask_and_change = [&](caf::event_based_actor* self) {
    detail::mail(self, fetch_atom_v, fetch_options{})
      .request(s.bearer.actor(), caf::infinite)
      .then(
        [&](token& tok) {
          told.push_back(text(tok));
          tok.access_token = secret{"changed"};
        },
        [](const caf::error&) {});
  };
  for (int i = 0; i < 3; ++i)
    s.time.sys().spawn(ask_and_change);
  const auto other = s.fetch();
  s.source.answer(0, make_token("there"));
  s.time.settle();
  s.time.sys().spawn(ask_and_change);
  s.time.settle();
  CHECK(told == std::vector<std::string>(4, "there"));
  CHECK(text(other.value()) == "there");
  CHECK(text(s.fetch().value()) == "there");
}
