#include "support/fixture.hpp"

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <string>

using namespace bearer;
using namespace bearer::test;
using namespace std::chrono_literals;

namespace {

/// Fails with an error that names the call.
void fail_by_number(fixture& fx) {
  fx.source.replies([&fx](const attempt&) -> scripted_source::reply {
    return caf::make_error(errc::command_failed,
                           "call " + std::to_string(fx.calls()));
  });
}

bool says(const caf::error& err, const std::string& what) {
  return to_string(err).find(what) != std::string::npos;
}

} // namespace

TEST_CASE("a synchronous fetch gets its own attempt's error", "[I6]") {
  fixture fx;
  fail_by_number(fx);
  const auto first = fx.fetch(renew_synchronous());
  CHECK(says(first.error(), "call 1"));
  fx.time.advance(10s);
  const auto calls = fx.calls();
  const auto second = fx.fetch(renew_synchronous());
  fx.time.advance(1s);
  CHECK(says(second.error(), "call " + std::to_string(calls + 1)));
}

TEST_CASE("a synchronous fetch gets the outcome of the flight under way",
          "[I6]") {
  fixture fx;
  fx.fetch();
  fx.time.advance(2s);
  const auto waiting = fx.fetch(renew_synchronous());
  const auto reporting = fx.fetch(report_error());
  fx.source.answer(0, caf::make_error(errc::busy, "mine"));
  fx.time.settle();
  CHECK(waiting.error() == errc::busy);
  CHECK(reporting.error() == errc::busy);
  CHECK(fx.calls() == 1);
}

TEST_CASE("a synchronous fetch starts ahead of the backoff", "[I6][I8]") {
  fixture fx;
  fx.source_fails();
  fx.fetch(timeout(1h));
  // Failures at 0, 1, 2.5, 4.75, 8.125 s; the next is due at 13.1875 s.
  fx.time.advance(8125ms);
  REQUIRE(fx.calls() == 5);
  SECTION("at once after the floor") {
    fx.time.advance(2s);
    fx.fetch(renew_synchronous());
    CHECK(fx.calls() == 6);
  }
  SECTION("though not below the floor") {
    fx.time.advance(400ms);
    const auto waiting = fx.fetch(renew_synchronous());
    fx.time.advance(600ms - 1ns);
    CHECK(fx.calls() == 5);
    CHECK(!waiting.done());
    fx.time.advance(1ns);
    CHECK(fx.calls() == 6);
    CHECK(waiting.error() == errc::command_failed);
  }
}

TEST_CASE("an attempt ahead of the backoff counts and re-arms it",
          "[I6][I8][I9]") {
  fixture fx;
  fx.source_fails();
  fx.fetch(timeout(1h));
  fx.time.advance(1s);
  REQUIRE(fx.calls() == 2);
  fx.time.advance(1s);
  fx.fetch(renew_synchronous());
  REQUIRE(fx.calls() == 3);
  CHECK(fx.source.calls()[2].what.number == 3);
  CHECK(fx.status().failures == 3);
  // The third delay, counted from now.
  fx.time.advance(2250ms - 1ns);
  CHECK(fx.calls() == 3);
  fx.time.advance(1ns);
  CHECK(fx.calls() == 4);
}

TEST_CASE("report_error never starts ahead of the backoff", "[I6]") {
  fixture fx;
  fail_by_number(fx);
  fx.fetch(timeout(1h));
  fx.time.advance(8125ms + 2s);
  REQUIRE(fx.calls() == 5);
  const auto waiting = fx.fetch(report_error());
  fx.time.advance(5062500us - 2s - 1ns);
  CHECK(fx.calls() == 5);
  CHECK(!waiting.done());
  fx.time.advance(1ns);
  CHECK(fx.calls() == 6);
  CHECK(says(waiting.error(), "call 6"));
}

TEST_CASE("a plain fetch waits through retries until there is a token",
          "[I6]") {
  fixture fx;
  fx.source_fails();
  const auto waiting = fx.fetch();
  fx.time.advance(20s);
  CHECK(!waiting.done());
  CHECK(fx.calls() > 3);
  fx.source_issues();
  fx.time.advance(20s);
  CHECK(waiting.value().generation.count == 1);
}

TEST_CASE("a plain fetch does not start ahead of the backoff", "[I6][I8]") {
  fixture fx;
  fx.source_fails();
  fx.fetch(timeout(0s));
  fx.time.advance(8125ms);
  REQUIRE(fx.calls() == 5);
  fx.time.advance(2s);
  for (int i = 0; i < 10; ++i)
    fx.fetch(timeout(0s));
  fx.time.advance(5062500us - 2s - 1ns);
  CHECK(fx.calls() == 5);
  fx.time.advance(1ns);
  CHECK(fx.calls() == 6);
}

TEST_CASE("a timeout tells the last error and when the next attempt is due",
          "[I6]") {
  fixture fx;
  fx.source_fails();
  const auto waiting = fx.fetch(timeout(9s));
  fx.time.advance(9s);
  const auto details = timeout_details_of(waiting.error());
  REQUIRE(details);
  CHECK(details->last_error == errc::command_failed);
  CHECK(details->next_attempt_in == 13187500us - 9s);
}

TEST_CASE("a timeout before any failure tells of none", "[I6]") {
  fixture fx;
  const auto waiting = fx.fetch(timeout(2s));
  fx.time.advance(2s);
  const auto details = timeout_details_of(waiting.error());
  REQUIRE(details);
  CHECK(!details->last_error);
  CHECK(!details->next_attempt_in);
}

TEST_CASE("a timeout at the floor tells how long that lasts", "[I6]") {
  fixture fx;
  fx.source_issues();
  fx.fetch();
  fx.time.advance(200ms);
  auto hasty = renew_required();
  hasty.timeout = 300ms;
  const auto waiting = fx.fetch(hasty);
  fx.time.advance(300ms);
  const auto details = timeout_details_of(waiting.error());
  REQUIRE(details);
  CHECK(details->next_attempt_in == 500ms);
}

TEST_CASE("success forgets the last error", "[I6]") {
  fixture fx;
  fx.source_fails();
  fx.fetch();
  fx.source_issues();
  fx.time.advance(1s);
  CHECK(!fx.status().last_error);
  fx.source.stays_silent();
  auto hasty = renew_required();
  hasty.timeout = 1500ms;
  const auto waiting = fx.fetch(hasty);
  fx.time.advance(2s);
  const auto details = timeout_details_of(waiting.error());
  REQUIRE(details);
  CHECK(!details->last_error);
}

TEST_CASE("a fresh token is a hit whatever the error options", "[I6][I17]") {
  fixture fx;
  fx.source_issues();
  fx.fetch();
  fx.time.advance(10s);
  fx.source_fails();
  CHECK(fx.fetch(renew_synchronous()).value().generation.count == 1);
  CHECK(fx.fetch(report_error()).value().generation.count == 1);
  CHECK(fx.calls() == 1);
  CHECK(fx.status().fetches.hits == 2);
}

TEST_CASE("a source's own error arrives whole", "[I6]") {
  fixture fx;
  const auto cause = caf::make_error(caf::sec::runtime_error, "status 503");
  SECTION("bare") {
    fx.source.replies_with(cause);
    CHECK(fx.fetch(report_error()).error() == cause);
  }
  SECTION("wrapped") {
    fx.source.replies_with(make_transient(cause));
    const auto waiting = fx.fetch(report_error());
    CHECK(waiting.error() == errc::transient_failure);
    CHECK(says(waiting.error(), "status 503"));
  }
}
