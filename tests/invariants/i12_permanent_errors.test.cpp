#include "support/fixture.hpp"

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <vector>

using namespace bearer;
using namespace bearer::test;
using namespace std::chrono_literals;

namespace {

using times = std::vector<caf::timespan>;

} // namespace

TEST_CASE("permanent errors are retried at the cap only", "[I12]") {
  fixture fx;
  SECTION("wrapped") {
    fx.source.replies_with(make_permanent(outage()));
  }
  SECTION("by their code") {
    fx.source.replies_with(caf::make_error(errc::source_stopped));
  }
  fx.fetch();
  fx.time.advance(3min);
  CHECK(fx.source.call_times() == times{0s, 1min, 2min, 3min});
}

TEST_CASE("waiters and later fetches get a permanent error at once", "[I12]") {
  fixture fx;
  const auto first = fx.fetch();
  const auto second = fx.fetch(report_error());
  fx.source.answer(0, make_permanent(outage()));
  fx.time.settle();
  CHECK(first.error() == errc::permanent_failure);
  CHECK(second.error() == errc::permanent_failure);
  fx.time.advance(30s);
  CHECK(fx.fetch().error() == errc::permanent_failure);
  CHECK(fx.fetch(report_error()).error() == errc::permanent_failure);
  CHECK(fx.calls() == 1);
}

TEST_CASE("fetches that arrive during an attempt wait for its outcome",
          "[I12]") {
  fixture fx;
  fx.fetch();
  fx.source.answer(0, make_permanent(outage()));
  fx.time.advance(1min);
  REQUIRE(fx.calls() == 2);
  const auto waiting = fx.fetch();
  CHECK(!waiting.done());
  SECTION("success") {
    fx.source.answer(1, fx.fresh_token());
    fx.time.settle();
    CHECK(waiting.value().generation.count == 1);
  }
  SECTION("permanent again") {
    fx.source.answer(1, make_permanent(outage()));
    fx.time.settle();
    CHECK(waiting.error() == errc::permanent_failure);
  }
  SECTION("transient: then they wait on") {
    fx.source.answer(1, outage());
    fx.time.settle();
    CHECK(!waiting.done());
    CHECK(!fx.fetch().done());
  }
}

TEST_CASE("a usable token is served through permanent errors", "[I12]") {
  fixture fx;
  fx.source_issues(1000s);
  fx.fetch();
  fx.source.replies_with(make_permanent(outage()));
  fx.time.advance(950s);
  CHECK(fx.status().failures == 1);
  CHECK(fx.fetch().value().generation.count == 1);
  CHECK(fx.fetch(renew_synchronous()).value().generation.count == 1);
  SECTION("but whoever needs a newer one gets the error at once") {
    CHECK(fx.fetch(renew_required()).error() == errc::permanent_failure);
  }
  fx.time.advance(50s);
  CHECK(fx.fetch().error() == errc::permanent_failure);
}

TEST_CASE("a synchronous fetch may try again at the floor", "[I8][I12]") {
  fixture fx;
  fx.source.replies_with(make_permanent(outage()));
  fx.fetch();
  fx.source_issues();
  fx.time.advance(400ms);
  const auto waiting = fx.fetch(renew_synchronous());
  CHECK(!waiting.done());
  fx.time.advance(600ms);
  CHECK(waiting.value().generation.count == 1);
  CHECK(fx.source.call_times() == times{0s, 1s});
}

TEST_CASE("a rejection after a permanent error starts at the floor, once",
          "[I8][I12]") {
  fixture fx;
  fx.source_issues(1000s);
  const auto first = fx.fetch().value();
  fx.source.replies_with(make_permanent(outage()));
  fx.time.advance(910s);
  REQUIRE(fx.source.call_times() == times{0s, 900s});
  fx.reject(first);
  CHECK(fx.source.call_times() == times{0s, 900s, 910s});
  fx.time.advance(5s);
  fx.reject(first);
  fx.reject(first);
  fx.time.advance(50s);
  CHECK(fx.calls() == 3);
  fx.time.advance(5s);
  CHECK(fx.calls() == 4);
}

TEST_CASE("plain fetches and requests do not retry a permanent error early",
          "[I12]") {
  fixture fx;
  fx.source.replies_with(make_permanent(outage()));
  fx.fetch();
  for (int i = 0; i < 59; ++i) {
    fx.fetch(timeout(0s));
    fx.fetch(renew_required());
    fx.bearer.prefetch();
    fx.bearer.request_renewal();
    fx.time.advance(1s);
  }
  CHECK(fx.calls() == 1);
  fx.time.advance(1s);
  CHECK(fx.calls() == 2);
}

TEST_CASE("a success clears a permanent error", "[I12]") {
  fixture fx;
  fx.source.replies_with(make_permanent(outage()));
  fx.fetch();
  fx.source_issues(100s);
  fx.time.advance(1min);
  CHECK(fx.fetch().value().generation.count == 1);
  fx.source.stays_silent();
  fx.time.advance(96s);
  CHECK(!fx.fetch().done());
}

TEST_CASE("transient errors of a permanent streak back off as usual",
          "[I9][I12]") {
  fixture fx;
  fx.source.replies_with(make_permanent(outage()));
  fx.fetch();
  fx.source_fails();
  fx.time.advance(1min);
  REQUIRE(fx.calls() == 2);
  CHECK(fx.status().next_attempt_in == 1500ms);
}
