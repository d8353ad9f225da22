#include "support/scene.hpp"

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
  scene s;
  SECTION("wrapped") {
    s.source.replies_with(make_permanent(outage()));
  }
  SECTION("by their code") {
    s.source.replies_with(caf::make_error(errc::source_stopped));
  }
  s.fetch();
  s.time.advance(3min);
  CHECK(s.source.call_times() == times{0s, 1min, 2min, 3min});
}

TEST_CASE("waiters and later fetches get a permanent error at once", "[I12]") {
  scene s;
  const auto first = s.fetch();
  const auto second = s.fetch(reporting());
  s.source.answer(0, make_permanent(outage()));
  s.time.settle();
  CHECK(first.error() == errc::permanent_failure);
  CHECK(second.error() == errc::permanent_failure);
  s.time.advance(30s);
  CHECK(s.fetch().error() == errc::permanent_failure);
  CHECK(s.fetch(reporting()).error() == errc::permanent_failure);
  CHECK(s.calls() == 1);
}

TEST_CASE("fetches that arrive during an attempt wait for its outcome",
          "[I12]") {
  scene s;
  s.fetch();
  s.source.answer(0, make_permanent(outage()));
  s.time.advance(1min);
  REQUIRE(s.calls() == 2);
  const auto waiting = s.fetch();
  CHECK(!waiting.done());
  SECTION("success") {
    s.source.answer(1, s.fresh());
    s.time.settle();
    CHECK(waiting.value().generation.count == 1);
  }
  SECTION("permanent again") {
    s.source.answer(1, make_permanent(outage()));
    s.time.settle();
    CHECK(waiting.error() == errc::permanent_failure);
  }
  SECTION("transient: then they wait on") {
    s.source.answer(1, outage());
    s.time.settle();
    CHECK(!waiting.done());
    CHECK(!s.fetch().done());
  }
}

TEST_CASE("a usable token is served through permanent errors", "[I12]") {
  scene s;
  s.gives(1000s);
  s.fetch();
  s.source.replies_with(make_permanent(outage()));
  s.time.advance(950s);
  CHECK(s.status().failures == 1);
  CHECK(s.fetch().value().generation.count == 1);
  CHECK(s.fetch(synchronous()).value().generation.count == 1);
  SECTION("but whoever needs a newer one gets the error at once") {
    CHECK(s.fetch(forced()).error() == errc::permanent_failure);
  }
  s.time.advance(50s);
  CHECK(s.fetch().error() == errc::permanent_failure);
}

TEST_CASE("a synchronous fetch may try again at the floor", "[I8][I12]") {
  scene s;
  s.source.replies_with(make_permanent(outage()));
  s.fetch();
  s.gives();
  s.time.advance(400ms);
  const auto waiting = s.fetch(synchronous());
  CHECK(!waiting.done());
  s.time.advance(600ms);
  CHECK(waiting.value().generation.count == 1);
  CHECK(s.source.call_times() == times{0s, 1s});
}

TEST_CASE("a rejection after a permanent error starts at the floor, once",
          "[I8][I12]") {
  scene s;
  s.gives(1000s);
  const auto first = s.fetch().value();
  s.source.replies_with(make_permanent(outage()));
  s.time.advance(910s);
  REQUIRE(s.source.call_times() == times{0s, 900s});
  s.reject(first);
  CHECK(s.source.call_times() == times{0s, 900s, 910s});
  s.time.advance(5s);
  s.reject(first);
  s.reject(first);
  s.time.advance(50s);
  CHECK(s.calls() == 3);
  s.time.advance(5s);
  CHECK(s.calls() == 4);
}

TEST_CASE("plain fetches and requests do not retry a permanent error early",
          "[I12]") {
  scene s;
  s.source.replies_with(make_permanent(outage()));
  s.fetch();
  for (int i = 0; i < 59; ++i) {
    s.fetch(within(0s));
    s.fetch(forced());
    s.bearer.prefetch();
    s.bearer.request_renewal();
    s.time.advance(1s);
  }
  CHECK(s.calls() == 1);
  s.time.advance(1s);
  CHECK(s.calls() == 2);
}

TEST_CASE("a success clears a permanent error", "[I12]") {
  scene s;
  s.source.replies_with(make_permanent(outage()));
  s.fetch();
  s.gives(100s);
  s.time.advance(1min);
  CHECK(s.fetch().value().generation.count == 1);
  s.source.stays_silent();
  s.time.advance(96s);
  CHECK(!s.fetch().done());
}

TEST_CASE("transient errors of a permanent streak back off as usual",
          "[I9][I12]") {
  scene s;
  s.source.replies_with(make_permanent(outage()));
  s.fetch();
  s.fails();
  s.time.advance(1min);
  REQUIRE(s.calls() == 2);
  CHECK(s.status().next_attempt_in == 1500ms);
}
