#include "support/scene.hpp"

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <vector>

using namespace bearer;
using namespace bearer::test;
using namespace std::chrono_literals;

TEST_CASE("fetches of every kind join the flight under way", "[I1]") {
  scene s;
  auto waiting = std::vector<pending_fetch>{};
  waiting.push_back(s.fetch());
  s.time.advance(2s);
  for (int i = 0; i < 50; ++i) {
    waiting.push_back(s.fetch());
    waiting.push_back(s.fetch(forced()));
    waiting.push_back(s.fetch(synchronous()));
    waiting.push_back(s.fetch(reporting()));
  }
  s.bearer.prefetch();
  s.bearer.request_renewal();
  s.time.advance(2s);
  REQUIRE(s.calls() == 1);
  s.source.answer(0, s.fresh());
  s.time.settle();
  for (const auto& one : waiting)
    CHECK(one.value().generation.count == 1);
  CHECK(s.calls() == 1);
}

TEST_CASE("nothing that callers do starts a second call during a flight",
          "[I1]") {
  scene s;
  s.gives(100s);
  const auto first = s.fetch();
  s.source.stays_silent();
  s.time.advance(10s);
  s.reject(first.value());
  REQUIRE(s.calls() == 2);
  for (int i = 0; i < 40; ++i) {
    s.fetch(synchronous());
    s.reject(first.value());
    s.bearer.request_renewal();
    s.bearer.prefetch();
    s.time.advance(100ms);
  }
  CHECK(s.calls() == 2);
}

TEST_CASE("a synchronous fetch leaves the flight to those who wait for it",
          "[I1][I7]") {
  scene s;
  const auto plain = s.fetch();
  s.time.advance(1500ms);
  const auto impatient = s.fetch(synchronous());
  s.time.advance(1500ms);
  CHECK(!plain.done());
  CHECK(!impatient.done());
  s.source.answer(0, s.fresh());
  s.time.settle();
  CHECK(text(plain.value()) == text(impatient.value()));
}

TEST_CASE("a token that comes after its attempt was given up changes nothing",
          "[I1]") {
  scene s;
  const auto waiting = s.fetch();
  s.time.advance(5500ms);
  s.source.answer(0, s.fresh());
  s.time.settle();
  CHECK(!waiting.done());
  CHECK(!s.status().current);
  CHECK(s.status().failures == 1);
  s.time.advance(500ms);
  REQUIRE(s.calls() == 2);
  SECTION("also while the next attempt is under way") {
    s.source.answer(0, s.fresh());
    s.time.settle();
    CHECK(!waiting.done());
  }
  s.source.answer(1, make_token("second"));
  s.time.settle();
  CHECK(text(waiting.value()) == "second");
}

TEST_CASE("an error that comes after its attempt was given up changes nothing",
          "[I1][I9]") {
  scene s;
  const auto waiting = s.fetch();
  s.time.advance(6s);
  REQUIRE(s.calls() == 2);
  s.source.answer(0, make_permanent(outage()));
  s.time.settle();
  CHECK(s.status().failures == 1);
  CHECK(s.status().last_error == errc::attempt_timed_out);
  CHECK(!waiting.done());
}

TEST_CASE("the second answer to one call changes nothing", "[I1]") {
  scene s;
  const auto waiting = s.fetch();
  s.source.answer(0, make_token("first"));
  s.source.answer(0, make_token("second"));
  s.source.answer(0, outage());
  s.time.settle();
  CHECK(text(waiting.value()) == "first");
  CHECK(text(s.fetch().value()) == "first");
  CHECK(s.status().failures == 0);
  s.time.advance(10s);
  s.fetch(forced());
  REQUIRE(s.calls() == 2);
  s.source.answer(0, make_token("third"));
  s.time.settle();
  CHECK(text(s.fetch().value()) == "first");
}

TEST_CASE("an answer just before the limit counts", "[I1][I15]") {
  scene s;
  const auto waiting = s.fetch();
  s.time.advance(5s - 1ns);
  s.source.answer(0, make_token("in-time"));
  s.time.settle();
  CHECK(text(waiting.value()) == "in-time");
}

TEST_CASE("a source that never answers is a failed attempt at the limit",
          "[I1][I15]") {
  scene s;
  const auto waiting = s.fetch(reporting());
  s.time.advance(5s - 1ns);
  CHECK(!waiting.done());
  CHECK(s.status().state == bearer_state::attempting);
  s.time.advance(1ns);
  CHECK(waiting.error() == errc::attempt_timed_out);
  CHECK(s.status().state == bearer_state::backoff);
}

TEST_CASE("a source that dies is a failed attempt, and the loop goes on",
          "[I1][I11]") {
  scene s;
  const auto waiting = s.fetch(reporting());
  s.source.kill();
  s.time.settle();
  CHECK(waiting.error() == errc::source_down);
  const auto attempts = s.status().attempts;
  s.time.advance(10s);
  CHECK(s.status().attempts > attempts);
}
