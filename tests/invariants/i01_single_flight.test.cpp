#include "support/fixture.hpp"

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <vector>

using namespace bearer;
using namespace bearer::test;
using namespace std::chrono_literals;

TEST_CASE("fetches of every kind join the flight under way", "[I1]") {
  fixture fx;
  auto waiting = std::vector<pending_fetch>{};
  waiting.push_back(fx.fetch());
  fx.time.advance(2s);
  for (int i = 0; i < 50; ++i) {
    waiting.push_back(fx.fetch());
    waiting.push_back(fx.fetch(renew_required()));
    waiting.push_back(fx.fetch(renew_synchronous()));
    waiting.push_back(fx.fetch(report_error()));
  }
  fx.bearer.prefetch();
  fx.bearer.request_renewal();
  fx.time.advance(2s);
  REQUIRE(fx.calls() == 1);
  fx.source.answer(0, fx.fresh_token());
  fx.time.settle();
  for (const auto& one : waiting)
    CHECK(one.value().generation.count == 1);
  CHECK(fx.calls() == 1);
}

TEST_CASE("nothing that callers do starts a second call during a flight",
          "[I1]") {
  fixture fx;
  fx.source_issues(100s);
  const auto first = fx.fetch();
  fx.source.stays_silent();
  fx.time.advance(10s);
  fx.reject(first.value());
  REQUIRE(fx.calls() == 2);
  for (int i = 0; i < 40; ++i) {
    fx.fetch(renew_synchronous());
    fx.reject(first.value());
    fx.bearer.request_renewal();
    fx.bearer.prefetch();
    fx.time.advance(100ms);
  }
  CHECK(fx.calls() == 2);
}

TEST_CASE("a synchronous fetch leaves the flight to those who wait for it",
          "[I1][I7]") {
  fixture fx;
  const auto plain = fx.fetch();
  fx.time.advance(1500ms);
  const auto synchronous = fx.fetch(renew_synchronous());
  fx.time.advance(1500ms);
  CHECK(!plain.done());
  CHECK(!synchronous.done());
  fx.source.answer(0, fx.fresh_token());
  fx.time.settle();
  CHECK(text(plain.value()) == text(synchronous.value()));
}

TEST_CASE("a token that comes after its attempt was given up changes nothing",
          "[I1]") {
  fixture fx;
  const auto waiting = fx.fetch();
  fx.time.advance(5500ms);
  fx.source.answer(0, fx.fresh_token());
  fx.time.settle();
  CHECK(!waiting.done());
  CHECK(!fx.status().current);
  CHECK(fx.status().failures == 1);
  fx.time.advance(500ms);
  REQUIRE(fx.calls() == 2);
  SECTION("also while the next attempt is under way") {
    fx.source.answer(0, fx.fresh_token());
    fx.time.settle();
    CHECK(!waiting.done());
  }
  fx.source.answer(1, make_token("second"));
  fx.time.settle();
  CHECK(text(waiting.value()) == "second");
}

TEST_CASE("an error that comes after its attempt was given up changes nothing",
          "[I1][I9]") {
  fixture fx;
  const auto waiting = fx.fetch();
  fx.time.advance(6s);
  REQUIRE(fx.calls() == 2);
  fx.source.answer(0, make_permanent(outage()));
  fx.time.settle();
  CHECK(fx.status().failures == 1);
  CHECK(fx.status().last_error == errc::attempt_timed_out);
  CHECK(!waiting.done());
}

TEST_CASE("the second answer to one call changes nothing", "[I1]") {
  fixture fx;
  const auto waiting = fx.fetch();
  fx.source.answer(0, make_token("first"));
  fx.source.answer(0, make_token("second"));
  fx.source.answer(0, outage());
  fx.time.settle();
  CHECK(text(waiting.value()) == "first");
  CHECK(text(fx.fetch().value()) == "first");
  CHECK(fx.status().failures == 0);
  fx.time.advance(10s);
  fx.fetch(renew_required());
  REQUIRE(fx.calls() == 2);
  fx.source.answer(0, make_token("third"));
  fx.time.settle();
  CHECK(text(fx.fetch().value()) == "first");
}

TEST_CASE("an answer just before the limit counts", "[I1][I15]") {
  fixture fx;
  const auto waiting = fx.fetch();
  fx.time.advance(5s - 1ns);
  fx.source.answer(0, make_token("in-time"));
  fx.time.settle();
  CHECK(text(waiting.value()) == "in-time");
}

TEST_CASE("a source that never answers is a failed attempt at the limit",
          "[I1][I15]") {
  fixture fx;
  const auto waiting = fx.fetch(report_error());
  fx.time.advance(5s - 1ns);
  CHECK(!waiting.done());
  CHECK(fx.status().state == bearer_state::attempting);
  fx.time.advance(1ns);
  CHECK(waiting.error() == errc::attempt_timed_out);
  CHECK(fx.status().state == bearer_state::backoff);
}

TEST_CASE("a source that dies is a failed attempt, and the loop goes on",
          "[I1][I11]") {
  fixture fx;
  const auto waiting = fx.fetch(report_error());
  fx.source.kill();
  fx.time.settle();
  CHECK(waiting.error() == errc::source_down);
  const auto attempts = fx.status().attempts;
  fx.time.advance(10s);
  CHECK(fx.status().attempts > attempts);
}
