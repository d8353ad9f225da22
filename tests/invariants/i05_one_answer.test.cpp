#include "support/fixture.hpp"

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <random>
#include <vector>

using namespace bearer;
using namespace bearer::test;
using namespace std::chrono_literals;

namespace {

fetch_options request_timeout(caf::timespan after) {
  return with([after](auto& x) { x.renew_request_timeout = after; });
}

} // namespace

TEST_CASE("a fetch is answered at its deadline, not before and not after",
          "[I5]") {
  fixture fx;
  const auto waiting = fx.fetch(timeout(3s));
  fx.time.advance(3s - 1ns);
  CHECK(!waiting.done());
  fx.time.advance(1ns);
  CHECK(waiting.error() == errc::timed_out);
}

TEST_CASE("fetch_timeout is the deadline of a fetch that names none", "[I5]") {
  auto settings = exact_settings();
  settings.fetch_timeout = 7s;
  fixture fx{settings};
  const auto waiting = fx.fetch();
  const auto patient = fx.fetch(timeout(9s));
  fx.time.advance(7s - 1ns);
  CHECK(!waiting.done());
  fx.time.advance(1ns);
  CHECK(waiting.error() == errc::timed_out);
  CHECK(!patient.done());
  fx.time.advance(2s);
  CHECK(patient.error() == errc::timed_out);
}

TEST_CASE("a deadline of zero answers at once", "[I5]") {
  fixture fx;
  CHECK(fx.fetch(timeout(0s)).error() == errc::timed_out);
  CHECK(fx.fetch(request_timeout(0s)).error() == errc::timed_out);
  // The first fetch starts work even so.
  CHECK(fx.calls() == 1);
  fx.source.answer(0, make_token("there"));
  fx.time.settle();
  CHECK(text(fx.fetch(timeout(0s)).value()) == "there");
}

TEST_CASE("renew_request_timeout bounds the wait of its caller alone",
          "[I5][I17]") {
  fixture fx;
  const auto hasty = fx.fetch(request_timeout(2s));
  const auto patient = fx.fetch();
  fx.time.advance(2s);
  CHECK(hasty.error() == errc::timed_out);
  CHECK(!patient.done());
  CHECK(fx.calls() == 1);
  // The attempt goes on to its own limit.
  fx.time.advance(3s - 1ns);
  CHECK(fx.status().state == bearer_state::attempting);
  fx.source.answer(0, fx.fresh_token());
  fx.time.settle();
  CHECK(patient.value().generation.count == 1);
}

TEST_CASE("the smaller of the two timeouts counts", "[I5]") {
  fixture fx;
  auto both = [](caf::timespan request, caf::timespan whole) {
    return with([=](auto& x) {
      x.renew_request_timeout = request;
      x.timeout = whole;
    });
  };
  const auto first = fx.fetch(both(1s, 3s));
  const auto second = fx.fetch(both(3s, 1s));
  const auto beyond_default = fx.fetch(request_timeout(1h));
  fx.time.advance(1s - 1ns);
  CHECK(!first.done());
  CHECK(!second.done());
  fx.time.advance(1ns);
  CHECK(first.error() == errc::timed_out);
  CHECK(second.error() == errc::timed_out);
  fx.time.advance(59s);
  CHECK(beyond_default.error() == errc::timed_out);
}

TEST_CASE("an infinite deadline waits until there is a token", "[I5]") {
  fixture fx;
  fx.source_fails();
  const auto endless = fx.fetch(timeout(caf::infinite));
  const auto longest = fx.fetch(timeout(caf::timespan::max()));
  fx.time.advance(48h);
  CHECK(!endless.done());
  CHECK(!longest.done());
  fx.source_issues(100s);
  fx.time.advance(1min);
  CHECK(endless.value().generation.count == 1);
  CHECK(longest.value().generation.count == 1);
}

TEST_CASE("an invalid option is answered at once and starts nothing", "[I5]") {
  fixture fx;
  CHECK(fx.fetch(timeout(-1ns)).error() == errc::invalid_option);
  CHECK(fx.fetch(request_timeout(-1s)).error() == errc::invalid_option);
  CHECK(fx.calls() == 0);
}

TEST_CASE("fetches with many deadlines are each answered once, on time",
          "[I5]") {
  fixture fx;
  struct one {
    pending_fetch waiting;
    caf::timespan deadline;
  };
  auto all = std::vector<one>{};
  auto rng = std::minstd_rand{1};
  // Deadlines on a grid of their own, in no order.
  for (int i = 0; i < 300; ++i) {
    const auto after = std::chrono::milliseconds{rng() % 30'000};
    const auto opts = i % 3 == 0 ? request_timeout(after) : timeout(after);
    all.push_back({fx.fetch(opts), fx.time.elapsed() + after});
    if (i % 10 == 0)
      fx.time.advance(37ms);
  }
  for (int step = 0; step < 350; ++step) {
    fx.time.advance(100ms);
    for (const auto& x : all)
      REQUIRE(x.waiting.answers() == (x.deadline <= fx.time.elapsed() ? 1 : 0));
  }
  for (const auto& x : all)
    CHECK(x.waiting.error() == errc::timed_out);
  CHECK(fx.status().fetches.timed_out == 300);
  CHECK(fx.status().waiters == 0);
}

TEST_CASE("no fetch has two answers, even if deadline and token coincide",
          "[I5]") {
  fixture fx;
  fx.source.takes(3s);
  fx.source_issues();
  auto waiting = std::vector<pending_fetch>{};
  for (int i = 0; i < 10; ++i) {
    waiting.push_back(fx.fetch(timeout(3s)));
    waiting.push_back(fx.fetch(timeout(4s)));
  }
  fx.time.advance(1min);
  for (const auto& one : waiting)
    CHECK(one.answers() == 1);
}

TEST_CASE("every answered fetch is counted once", "[I5][I18]") {
  fixture fx;
  fx.fetch(timeout(1s));
  fx.fetch(report_error());
  fx.fetch(timeout(-1s));
  fx.time.advance(1s);
  fx.source.answer(0, outage());
  fx.time.settle();
  fx.fetch();
  fx.time.advance(1s);
  fx.source.answer(1, fx.fresh_token());
  fx.time.settle();
  fx.fetch();
  fx.fetch();
  const auto counts = fx.status().fetches;
  CHECK(counts.timed_out == 1);
  CHECK(counts.failed == 2);
  CHECK(counts.renewed == 1);
  CHECK(counts.hits == 2);
  CHECK(counts.stopped == 0);
  CHECK(counts.total() == 6);
}
