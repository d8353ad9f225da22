#include "support/composed.hpp"
#include "support/scene.hpp"

#include <caf/abstract_actor.hpp>
#include <caf/actor_cast.hpp>
#include <caf/behavior.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/message.hpp>

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <cstdint>
#include <random>
#include <utility>
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
  scene s;
  const auto waiting = s.fetch(within(3s));
  s.time.advance(3s - 1ns);
  CHECK(!waiting.done());
  s.time.advance(1ns);
  CHECK(waiting.error() == errc::timed_out);
}

TEST_CASE("fetch_timeout is the deadline of a fetch that names none", "[I5]") {
  auto settings = exact();
  settings.fetch_timeout = 7s;
  scene s{settings};
  const auto waiting = s.fetch();
  const auto patient = s.fetch(within(9s));
  s.time.advance(7s - 1ns);
  CHECK(!waiting.done());
  s.time.advance(1ns);
  CHECK(waiting.error() == errc::timed_out);
  CHECK(!patient.done());
  s.time.advance(2s);
  CHECK(patient.error() == errc::timed_out);
}

TEST_CASE("a deadline of zero answers at once", "[I5]") {
  scene s;
  CHECK(s.fetch(within(0s)).error() == errc::timed_out);
  CHECK(s.fetch(request_timeout(0s)).error() == errc::timed_out);
  // The first fetch starts work even so.
  CHECK(s.calls() == 1);
  s.source.answer(0, make_token("there"));
  s.time.settle();
  CHECK(text(s.fetch(within(0s)).value()) == "there");
}

TEST_CASE("renew_request_timeout bounds the wait of its caller alone",
          "[I5][I17]") {
  scene s;
  const auto hasty = s.fetch(request_timeout(2s));
  const auto patient = s.fetch();
  s.time.advance(2s);
  CHECK(hasty.error() == errc::timed_out);
  CHECK(!patient.done());
  CHECK(s.calls() == 1);
  // The attempt goes on to its own limit.
  s.time.advance(3s - 1ns);
  CHECK(s.status().state == bearer_state::attempting);
  s.source.answer(0, s.fresh());
  s.time.settle();
  CHECK(patient.value().generation.count == 1);
}

TEST_CASE("the smaller of the two timeouts counts", "[I5]") {
  scene s;
  auto both = [](caf::timespan request, caf::timespan whole) {
    return with([=](auto& x) {
      x.renew_request_timeout = request;
      x.timeout = whole;
    });
  };
  const auto first = s.fetch(both(1s, 3s));
  const auto second = s.fetch(both(3s, 1s));
  const auto beyond_default = s.fetch(request_timeout(1h));
  s.time.advance(1s - 1ns);
  CHECK(!first.done());
  CHECK(!second.done());
  s.time.advance(1ns);
  CHECK(first.error() == errc::timed_out);
  CHECK(second.error() == errc::timed_out);
  s.time.advance(59s);
  CHECK(beyond_default.error() == errc::timed_out);
}

TEST_CASE("an infinite deadline waits until there is a token", "[I5]") {
  scene s;
  s.fails();
  const auto endless = s.fetch(within(caf::infinite));
  const auto longest = s.fetch(within(caf::timespan::max()));
  s.time.advance(48h);
  CHECK(!endless.done());
  CHECK(!longest.done());
  s.gives(100s);
  s.time.advance(1min);
  CHECK(endless.value().generation.count == 1);
  CHECK(longest.value().generation.count == 1);
}

TEST_CASE("an invalid option is answered at once and starts nothing", "[I5]") {
  scene s;
  CHECK(s.fetch(within(-1ns)).error() == errc::invalid_option);
  CHECK(s.fetch(request_timeout(-1s)).error() == errc::invalid_option);
  CHECK(s.calls() == 0);
}

TEST_CASE("fetches with many deadlines are each answered once, on time",
          "[I5]") {
  scene s;
  struct one {
    pending_fetch waiting;
    caf::timespan deadline;
  };
  auto all = std::vector<one>{};
  auto rng = std::minstd_rand{1};
  // Deadlines on a grid of their own, in no order.
  for (int i = 0; i < 300; ++i) {
    const auto after = std::chrono::milliseconds{rng() % 30'000};
    const auto opts = i % 3 == 0 ? request_timeout(after) : within(after);
    all.push_back({s.fetch(opts), s.time.elapsed() + after});
    if (i % 10 == 0)
      s.time.advance(37ms);
  }
  for (int step = 0; step < 350; ++step) {
    s.time.advance(100ms);
    for (const auto& x : all)
      REQUIRE(x.waiting.answers() == (x.deadline <= s.time.elapsed() ? 1 : 0));
  }
  for (const auto& x : all)
    CHECK(x.waiting.error() == errc::timed_out);
  CHECK(s.status().fetches.timed_out == 300);
  CHECK(s.status().waiters == 0);
}

TEST_CASE("no fetch has two answers, even if deadline and token coincide",
          "[I5]") {
  scene s;
  s.source.takes(3s);
  s.gives();
  auto waiting = std::vector<pending_fetch>{};
  for (int i = 0; i < 10; ++i) {
    waiting.push_back(s.fetch(within(3s)));
    waiting.push_back(s.fetch(within(4s)));
  }
  s.time.advance(1min);
  for (const auto& one : waiting)
    CHECK(one.answers() == 1);
}

TEST_CASE("every answered fetch is counted once", "[I5][I18]") {
  scene s;
  s.fetch(within(1s));
  s.fetch(reporting());
  s.fetch(within(-1s));
  s.time.advance(1s);
  s.source.answer(0, outage());
  s.time.settle();
  s.fetch();
  s.time.advance(1s);
  s.source.answer(1, s.fresh());
  s.time.settle();
  s.fetch();
  s.fetch();
  const auto counts = s.status().fetches;
  CHECK(counts.timed_out == 1);
  CHECK(counts.failed == 2);
  CHECK(counts.renewed == 1);
  CHECK(counts.hits == 2);
  CHECK(counts.stopped == 0);
  CHECK(counts.total() == 6);
}

TEST_CASE("an answer may go on to another actor first", "[I5]") {
  scene s;
  const auto measure = s.time.sys().spawn([]() -> caf::behavior {
    return {[](const token& tok) {
      return static_cast<std::uint64_t>(tok.access_token.size());
    }};
  });
  const auto both = composed(caf::actor_cast<caf::actor>(s.bearer.actor()),
                             measure);
  if (!both)
    SKIP("this CAF composes no actors");
  auto sizes = std::vector<std::uint64_t>{};
  auto ask_for_size = [&](caf::event_based_actor* self) {
    detail::mail(self, fetch_atom_v, fetch_options{})
      .request(both, caf::infinite)
      .then([&](std::uint64_t size) { sizes.push_back(size); },
            [&](const caf::error&) { sizes.push_back(0); });
  };
  s.time.sys().spawn(ask_for_size);
  s.time.sys().spawn(ask_for_size);
  s.time.settle();
  CHECK(sizes.empty());
  s.source.answer(0, make_token("12345"));
  s.time.settle();
  CHECK(sizes == std::vector<std::uint64_t>{5, 5});
  s.time.sys().spawn(ask_for_size);
  s.time.settle();
  CHECK(sizes == std::vector<std::uint64_t>{5, 5, 5});
}

TEST_CASE("an answer that would go on to nobody is lost, and no more", "[I5]") {
  scene s;
  const auto asker = s.time.sys().spawn(
    []() -> caf::behavior { return {[](const token&) { /* never comes */ }}; });
  auto request
    = by_way_of_nobody(caf::actor_cast<caf::strong_actor_ptr>(asker),
                       caf::make_message(fetch_atom_v, fetch_options{}));
  if (!request)
    SKIP("this CAF composes no actors");
  caf::actor_cast<caf::abstract_actor*>(s.bearer.actor())
    ->enqueue(std::move(request), nullptr);
  const auto other = s.fetch();
  s.source.answer(0, make_token("there"));
  s.time.settle();
  CHECK(text(other.value()) == "there");
  CHECK(s.status().fetches.renewed == 2);
}
