#include "support/scene.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

// What `handle::request_renewal` promises.

using namespace bearer;
using namespace bearer::test;
using namespace std::chrono_literals;

namespace {

void request(scene& s) {
  s.bearer.request_renewal();
  s.time.settle();
}

} // namespace

TEST_CASE("a requested renewal starts as soon as the floor allows",
          "[request_renewal][I8]") {
  scene s;
  s.gives(100s);
  s.fetch();
  s.time.advance(400ms);
  request(s);
  CHECK(s.calls() == 1);
  s.time.advance(600ms);
  REQUIRE(s.calls() == 2);
  CHECK(s.source.call_times()[1] == 1s);
  CHECK(s.source.calls()[1].what.reason == attempt_reason::requested);
  CHECK(s.status().current->count == 2);
}

TEST_CASE("requests join the attempt that is under way",
          "[request_renewal][I1]") {
  scene s;
  s.gives(100s);
  s.fetch();
  s.source.stays_silent();
  s.time.advance(2s);
  request(s);
  request(s);
  request(s);
  CHECK(s.calls() == 2);
  s.source.answer(1, s.fresh(100s));
  s.time.advance(10s);
  CHECK(s.calls() == 2);
}

TEST_CASE("a request does not start an unused bearer", "[request_renewal]") {
  scene s;
  request(s);
  s.time.advance(1h);
  CHECK(s.calls() == 0);
  CHECK(s.time.timers() == 0);
  CHECK(s.bearer.is_renewal_required());
  s.gives(100s);
  CHECK(s.fetch().value().generation.count == 1);
  CHECK_FALSE(s.bearer.is_renewal_required());
  CHECK(s.fetch().value().generation.count == 1);
}

TEST_CASE("fetches wait for a requested renewal, at the floor and in flight",
          "[request_renewal]") {
  scene s;
  s.gives(100s);
  s.fetch();
  request(s);
  auto at_floor = s.fetch();
  s.source.stays_silent();
  s.time.advance(1s - 1ns);
  CHECK_FALSE(at_floor.done());
  s.time.advance(1ns);
  REQUIRE(s.calls() == 2);
  auto in_flight = s.fetch();
  s.time.advance(1s);
  CHECK_FALSE(at_floor.done());
  CHECK_FALSE(in_flight.done());
  s.source.answer(1, s.fresh(100s));
  s.time.settle();
  CHECK(at_floor.value().generation.count == 2);
  CHECK(in_flight.value().generation.count == 2);
  CHECK(s.status().fetches == fetch_counters{0, 3, 0, 0, 0});
}

TEST_CASE("a request during the scheduled refresh holds fetches until its end",
          "[request_renewal]") {
  scene s;
  s.gives(100s);
  s.fetch();
  s.source.stays_silent();
  s.time.advance(91s);
  CHECK(s.fetch().value().generation.count == 1);
  request(s);
  auto f = s.fetch();
  CHECK_FALSE(f.done());
  s.source.answer(1, s.fresh(100s));
  s.time.settle();
  CHECK(f.value().generation.count == 2);
  CHECK(s.calls() == 2);
}

TEST_CASE("after a failure all for whom the current token is fresh get it, and "
          "the hold ends",
          "[request_renewal]") {
  scene s;
  s.gives(100s);
  auto gen = s.fetch().value().generation;
  s.source.stays_silent();
  s.time.advance(2s);
  event_log log{s.bearer};
  request(s);
  auto plain = s.fetch();
  auto report = s.fetch(reporting());
  auto sync = s.fetch(synchronous());
  auto newer = s.fetch(forced());
  s.source.answer(1, caf::make_error(errc::command_failed));
  s.time.settle();
  for (const auto& f : {plain, report, sync})
    CHECK(f.value().generation == gen);
  CHECK_FALSE(newer.done());
  CHECK_FALSE(s.bearer.is_renewal_required());
  // The cache answers again by itself.
  CHECK(s.fetch().value().generation == gen);
  CHECK(s.status().fetches.hits == 1);
  // No new generation, hence no event of one.
  CHECK(log.of<events::published>().empty());
}

TEST_CASE("an attempt that is given up ends the hold as well",
          "[request_renewal][I15]") {
  scene s;
  s.gives(100s);
  s.fetch();
  s.source.stays_silent();
  s.time.advance(2s);
  request(s);
  auto f = s.fetch();
  s.time.advance(5s - 1ns);
  CHECK_FALSE(f.done());
  CHECK(s.bearer.is_renewal_required());
  s.time.advance(1ns);
  CHECK(f.value().generation.count == 1);
  CHECK_FALSE(s.bearer.is_renewal_required());
}

TEST_CASE("a request during a backoff holds nobody and starts nothing",
          "[request_renewal][I8]") {
  scene s;
  s.gives(1h);
  s.fetch();
  s.fails();
  s.time.advance(55min);
  REQUIRE(s.status().state == bearer_state::backoff);
  const auto calls = s.calls();
  request(s);
  CHECK(s.fetch().value().generation.count == 1);
  CHECK(s.status().fetches.hits == 1);
  CHECK_FALSE(s.bearer.is_renewal_required());
  CHECK(s.calls() == calls);
}

TEST_CASE("a hold does not outlive the floor into a backoff",
          "[request_renewal]") {
  scene s;
  s.gives(100s);
  s.fetch();
  s.fails();
  request(s);
  auto f = s.fetch();
  s.time.advance(1s);
  REQUIRE(s.calls() == 2);
  CHECK(f.value().generation.count == 1);
  auto g = s.fetch();
  CHECK(g.value().generation.count == 1);
}

TEST_CASE("when the hold has ended the cache answers by itself",
          "[request_renewal]") {
  scene s;
  s.gives(100s);
  s.fetch();
  s.time.advance(2s);
  if (GENERATE(false, true))
    s.fails();
  request(s);
  auto answer = ask<token>(s.time.sys(), s.bearer.actor(), fetch_atom_v,
                           fetch_options{});
  s.time.settle();
  CHECK(answer->values.size() == 1);
  CHECK(answer->sender == s.bearer.actor().address());
}

TEST_CASE("a source with nothing new ends the hold with the same generation",
          "[request_renewal][I3]") {
  scene s;
  const auto same = s.fresh(100s);
  s.source.replies_with(same);
  s.fetch();
  s.time.advance(2s);
  s.source.stays_silent();
  request(s);
  auto f = s.fetch();
  CHECK_FALSE(f.done());
  s.source.answer(1, same);
  s.time.settle();
  CHECK(f.value().generation.count == 1);
  CHECK_FALSE(s.bearer.is_renewal_required());
  CHECK(s.fetch().value().generation.count == 1);
  CHECK(s.status().fetches.hits == 1);
}

TEST_CASE("is_renewal_required is true from the request to the publication",
          "[request_renewal]") {
  scene s;
  CHECK(s.bearer.is_renewal_required());
  s.gives(100s);
  s.fetch();
  CHECK_FALSE(s.bearer.is_renewal_required());
  s.bearer.request_renewal();
  // At once, before any message was delivered.
  CHECK(s.bearer.is_renewal_required());
  s.time.settle();
  CHECK(s.bearer.is_renewal_required());
  s.time.advance(1s);
  CHECK(s.status().current->count == 2);
  CHECK_FALSE(s.bearer.is_renewal_required());
}

TEST_CASE("a request by message is seen by is_renewal_required, too",
          "[request_renewal]") {
  scene s;
  s.gives(100s);
  s.fetch();
  ask(s.time.sys(), s.bearer.actor(), request_renewal_atom_v);
  s.time.settle();
  CHECK(s.bearer.is_renewal_required());
}

TEST_CASE("a token rejected during the hold is not handed out after a failure",
          "[request_renewal][I4]") {
  scene s;
  s.gives(100s);
  auto gen = s.fetch().value().generation;
  s.source.stays_silent();
  s.time.advance(2s);
  request(s);
  auto f = s.fetch();
  s.reject(gen);
  s.source.answer(1, caf::make_error(errc::command_failed));
  s.time.settle();
  CHECK_FALSE(f.done());
  CHECK(s.bearer.is_renewal_required());
  s.gives(100s);
  s.time.advance(1s);
  CHECK(f.value().generation.count == 2);
}

TEST_CASE("a token that expires during the hold is not handed out after a "
          "failure",
          "[request_renewal][I2]") {
  scene s;
  s.gives(100s);
  s.fetch();
  s.source.stays_silent();
  s.time.advance(91s);
  request(s);
  auto f = s.fetch();
  s.time.jump_wall(1h);
  s.source.answer(1, caf::make_error(errc::command_failed));
  s.time.settle();
  CHECK_FALSE(f.done());
}

TEST_CASE("a held fetch keeps its own deadline", "[request_renewal][I5]") {
  scene s;
  s.gives(100s);
  s.fetch();
  s.source.stays_silent();
  s.time.advance(2s);
  request(s);
  auto f = s.fetch(within(1s));
  s.time.advance(1s);
  CHECK(f.error() == errc::timed_out);
}
