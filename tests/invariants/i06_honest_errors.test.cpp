#include "support/scene.hpp"

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <string>

using namespace bearer;
using namespace bearer::test;
using namespace std::chrono_literals;

namespace {

/// Fails with an error that names the call.
void fail_by_number(scene& s) {
  s.source.replies([&s](const attempt&) -> scripted_source::reply {
    return caf::make_error(errc::command_failed,
                           "call " + std::to_string(s.calls()));
  });
}

bool says(const caf::error& err, const std::string& what) {
  return to_string(err).find(what) != std::string::npos;
}

} // namespace

TEST_CASE("a synchronous fetch gets its own attempt's error", "[I6]") {
  scene s;
  fail_by_number(s);
  const auto first = s.fetch(synchronous());
  CHECK(says(first.error(), "call 1"));
  s.time.advance(10s);
  const auto calls = s.calls();
  const auto second = s.fetch(synchronous());
  s.time.advance(1s);
  CHECK(says(second.error(), "call " + std::to_string(calls + 1)));
}

TEST_CASE("a synchronous fetch gets the outcome of the flight under way",
          "[I6]") {
  scene s;
  s.fetch();
  s.time.advance(2s);
  const auto waiting = s.fetch(synchronous());
  const auto reported = s.fetch(reporting());
  s.source.answer(0, caf::make_error(errc::busy, "mine"));
  s.time.settle();
  CHECK(waiting.error() == errc::busy);
  CHECK(reported.error() == errc::busy);
  CHECK(s.calls() == 1);
}

TEST_CASE("a synchronous fetch starts ahead of the backoff", "[I6][I8]") {
  scene s;
  s.fails();
  s.fetch(within(1h));
  // Failures at 0, 1, 2.5, 4.75, 8.125 s; the next is due at 13.1875 s.
  s.time.advance(8125ms);
  REQUIRE(s.calls() == 5);
  SECTION("at once after the floor") {
    s.time.advance(2s);
    s.fetch(synchronous());
    CHECK(s.calls() == 6);
  }
  SECTION("though not below the floor") {
    s.time.advance(400ms);
    const auto waiting = s.fetch(synchronous());
    s.time.advance(600ms - 1ns);
    CHECK(s.calls() == 5);
    CHECK(!waiting.done());
    s.time.advance(1ns);
    CHECK(s.calls() == 6);
    CHECK(waiting.error() == errc::command_failed);
  }
}

TEST_CASE("an attempt ahead of the backoff counts and re-arms it",
          "[I6][I8][I9]") {
  scene s;
  s.fails();
  s.fetch(within(1h));
  s.time.advance(1s);
  REQUIRE(s.calls() == 2);
  s.time.advance(1s);
  s.fetch(synchronous());
  REQUIRE(s.calls() == 3);
  CHECK(s.source.calls()[2].what.number == 3);
  CHECK(s.status().failures == 3);
  // The third delay, counted from now.
  s.time.advance(2250ms - 1ns);
  CHECK(s.calls() == 3);
  s.time.advance(1ns);
  CHECK(s.calls() == 4);
}

TEST_CASE("report_error never starts ahead of the backoff", "[I6]") {
  scene s;
  fail_by_number(s);
  s.fetch(within(1h));
  s.time.advance(8125ms + 2s);
  REQUIRE(s.calls() == 5);
  const auto waiting = s.fetch(reporting());
  s.time.advance(5062500us - 2s - 1ns);
  CHECK(s.calls() == 5);
  CHECK(!waiting.done());
  s.time.advance(1ns);
  CHECK(s.calls() == 6);
  CHECK(says(waiting.error(), "call 6"));
}

TEST_CASE("a plain fetch waits through retries until there is a token",
          "[I6]") {
  scene s;
  s.fails();
  const auto waiting = s.fetch();
  s.time.advance(20s);
  CHECK(!waiting.done());
  CHECK(s.calls() > 3);
  s.gives();
  s.time.advance(20s);
  CHECK(waiting.value().generation.count == 1);
}

TEST_CASE("a plain fetch does not start ahead of the backoff", "[I6][I8]") {
  scene s;
  s.fails();
  s.fetch(within(0s));
  s.time.advance(8125ms);
  REQUIRE(s.calls() == 5);
  s.time.advance(2s);
  for (int i = 0; i < 10; ++i)
    s.fetch(within(0s));
  s.time.advance(5062500us - 2s - 1ns);
  CHECK(s.calls() == 5);
  s.time.advance(1ns);
  CHECK(s.calls() == 6);
}

TEST_CASE("a timeout tells the last error and when the next attempt is due",
          "[I6]") {
  scene s;
  s.fails();
  const auto waiting = s.fetch(within(9s));
  s.time.advance(9s);
  const auto details = timeout_details_of(waiting.error());
  REQUIRE(details);
  CHECK(details->last_error == errc::command_failed);
  CHECK(details->next_attempt_in == 13187500us - 9s);
}

TEST_CASE("a timeout before any failure tells of none", "[I6]") {
  scene s;
  const auto waiting = s.fetch(within(2s));
  s.time.advance(2s);
  const auto details = timeout_details_of(waiting.error());
  REQUIRE(details);
  CHECK(!details->last_error);
  CHECK(!details->next_attempt_in);
}

TEST_CASE("a timeout at the floor tells how long that lasts", "[I6]") {
  scene s;
  s.gives();
  s.fetch();
  s.time.advance(200ms);
  auto hasty = forced();
  hasty.timeout = 300ms;
  const auto waiting = s.fetch(hasty);
  s.time.advance(300ms);
  const auto details = timeout_details_of(waiting.error());
  REQUIRE(details);
  CHECK(details->next_attempt_in == 500ms);
}

TEST_CASE("success forgets the last error", "[I6]") {
  scene s;
  s.fails();
  s.fetch();
  s.gives();
  s.time.advance(1s);
  CHECK(!s.status().last_error);
  s.source.stays_silent();
  auto hasty = forced();
  hasty.timeout = 1500ms;
  const auto waiting = s.fetch(hasty);
  s.time.advance(2s);
  const auto details = timeout_details_of(waiting.error());
  REQUIRE(details);
  CHECK(!details->last_error);
}

TEST_CASE("a fresh token is a hit whatever the error options", "[I6][I17]") {
  scene s;
  s.gives();
  s.fetch();
  s.time.advance(10s);
  s.fails();
  CHECK(s.fetch(synchronous()).value().generation.count == 1);
  CHECK(s.fetch(reporting()).value().generation.count == 1);
  CHECK(s.calls() == 1);
  CHECK(s.status().fetches.hits == 2);
}

TEST_CASE("a source's own error arrives whole", "[I6]") {
  scene s;
  const auto cause = caf::make_error(caf::sec::runtime_error, "status 503");
  SECTION("bare") {
    s.source.replies_with(cause);
    CHECK(s.fetch(reporting()).error() == cause);
  }
  SECTION("wrapped") {
    s.source.replies_with(make_transient(cause));
    const auto waiting = s.fetch(reporting());
    CHECK(waiting.error() == errc::transient_failure);
    CHECK(says(waiting.error(), "status 503"));
  }
}
