#include "support/scene.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include <functional>
#include <string>
#include <vector>

using namespace bearer;
using namespace bearer::test;
using namespace std::chrono_literals;

namespace {

using waiters = std::vector<pending_fetch>;

/// One fetch of each kind that waits.
waiters park(scene& s) {
  auto result = waiters{};
  result.push_back(s.fetch());
  result.push_back(s.fetch(synchronous()));
  result.push_back(s.fetch(reporting()));
  result.push_back(s.fetch(forced()));
  return result;
}

/// Brings a bearer into a state; returns the fetches that wait in it.
struct state {
  std::string name;
  std::function<waiters(scene&)> enter;
};

std::vector<state> all_states() {
  return {
    {"never started", [](scene&) { return waiters{}; }},
    {"idle with a token without end",
     [](scene& s) {
       s.source.replies_with(make_token("for-ever"));
       s.fetch();
       return waiters{};
     }},
    {"waiting for the scheduled refresh",
     [](scene& s) {
       s.gives(100s);
       s.fetch();
       s.time.advance(5s);
       return waiters{};
     }},
    {"first attempt under way", [](scene& s) { return park(s); }},
    {"refresh under way with a usable token",
     [](scene& s) {
       s.gives(100s);
       s.fetch();
       s.source.stays_silent();
       s.time.advance(91s);
       return waiters{};
     }},
    {"in backoff",
     [](scene& s) {
       s.fails();
       s.fetch();
       s.time.advance(10s);
       return waiters{s.fetch(), s.fetch()};
     }},
    {"in backoff after a permanent error",
     [](scene& s) {
       s.fails(make_permanent(caf::make_error(errc::command_failed)));
       s.fetch();
       return waiters{};
     }},
    {"waiting for the floor",
     [](scene& s) {
       s.gives(100s);
       s.reject(s.fetch().value().generation);
       return park(s);
     }},
    {"a requested renewal waiting for the floor",
     [](scene& s) {
       s.gives(100s);
       s.fetch();
       s.bearer.request_renewal();
       s.time.settle();
       return waiters{s.fetch()};
     }},
  };
}

} // namespace

TEST_CASE("stop in every state answers all waiters, leaves no timer and calls "
          "no source again",
          "[I14]") {
  const auto index = GENERATE(range(std::size_t{0}, all_states().size()));
  const auto state = all_states()[index];
  CAPTURE(state.name);
  scene s;
  auto waiting = state.enter(s);
  for (const auto& f : waiting)
    REQUIRE_FALSE(f.done());
  event_log log{s.bearer};
  s.time.settle();
  const auto calls = s.calls();
  s.stop();
  for (const auto& f : waiting)
    CHECK(f.error() == errc::stopped);
  CHECK(s.time.timers() == 0);
  CHECK(log.of<events::stopped>().size() == 1);
  CHECK(std::holds_alternative<events::stopped>(log.all().back().what));
  // Whatever is asked of it afterwards.
  s.bearer.prefetch();
  s.bearer.request_renewal();
  CHECK(s.fetch().error() == errc::stopped);
  CHECK(s.fetch(synchronous()).error() == errc::stopped);
  s.time.advance(1h);
  CHECK(s.calls() == calls);
  CHECK(s.time.timers() == 0);
  CHECK(s.status().state == bearer_state::stopped);
  CHECK(s.status().waiters == 0);
  CHECK_FALSE(s.status().current);
  CHECK_FALSE(s.status().next_attempt_in);
}

TEST_CASE("stop twice is stop once", "[I14]") {
  const auto index = GENERATE(range(std::size_t{0}, all_states().size()));
  const auto state = all_states()[index];
  CAPTURE(state.name);
  scene s;
  auto waiting = state.enter(s);
  event_log log{s.bearer};
  s.bearer.stop();
  s.bearer.stop();
  s.stop();
  for (const auto& f : waiting)
    CHECK(f.error() == errc::stopped);
  CHECK(log.of<events::stopped>().size() == 1);
  CHECK(s.source.closings().empty());
}

TEST_CASE("what the source answers after stop changes nothing", "[I14][I1]") {
  scene s;
  auto f = s.fetch();
  event_log log{s.bearer};
  s.stop();
  CHECK(f.error() == errc::stopped);
  s.source.answer(0, s.fresh(100s));
  s.time.settle();
  CHECK(f.answers() == 1);
  CHECK(log.of<events::published>().empty());
  CHECK(s.fetch().error() == errc::stopped);
}

TEST_CASE("a stopped bearer still tells its status", "[I14]") {
  scene s;
  s.gives(100s);
  s.fetch();
  s.fetch();
  s.stop();
  CHECK(s.fetch().error() == errc::stopped);
  auto status = s.status();
  CHECK(status.state == bearer_state::stopped);
  CHECK(status.fetches.hits == 1);
  CHECK(status.fetches.renewed == 1);
  CHECK(status.fetches.stopped == 1);
  CHECK(status.attempts == 1);
}

TEST_CASE("a subscriber of a stopped bearer gets the stopped event and no more",
          "[I14][I20]") {
  scene s;
  s.gives(100s);
  s.fetch();
  s.stop();
  event_log log{s.bearer};
  s.time.settle();
  s.fetch();
  s.bearer.prefetch();
  s.stop();
  s.time.advance(1h);
  REQUIRE(log.all().size() == 1);
  CHECK(std::holds_alternative<events::stopped>(log.all().front().what));
}

TEST_CASE("reject, prefetch, request_renewal and unsubscribe do nothing to a "
          "stopped bearer",
          "[I14]") {
  scene s;
  s.gives(100s);
  const auto gen = s.fetch().value().generation;
  event_log log{s.bearer};
  s.stop();
  const auto events = log.all().size();
  const auto& to = s.bearer.actor();
  auto rejected = ask(s.time.sys(), to, reject_atom_v, gen);
  auto foreign = ask(s.time.sys(), to, reject_atom_v, generation{1, 2});
  auto prefetched = ask(s.time.sys(), to, prefetch_atom_v);
  auto requested = ask(s.time.sys(), to, request_renewal_atom_v);
  auto left = ask(s.time.sys(), to, unsubscribe_atom_v, log.listener());
  s.time.settle();
  for (const auto& done : {rejected, foreign, prefetched, requested, left}) {
    CHECK(done->values.size() == 1);
    CHECK(done->errors.empty());
  }
  s.time.advance(1h);
  CHECK(s.calls() == 1);
  CHECK(log.all().size() == events);
  CHECK(s.status().stale_rejections == 0);
  CHECK_FALSE(s.bearer.is_renewal_required());
}

TEST_CASE("a stopped bearer ends with its last handle", "[I14]") {
  scene s;
  s.gives(100s);
  s.fetch();
  const auto before = s.time.running();
  s.stop();
  CHECK(s.time.running() == before);
  s.bearer = handle{};
  s.time.settle();
  // Cache and refresher.
  CHECK(s.time.running() == before - 2);
}

TEST_CASE("stop does not close the source", "[I14]") {
  scene s;
  s.gives(100s);
  s.fetch();
  s.stop();
  s.bearer = handle{};
  s.time.settle();
  CHECK(s.source.closings().empty());
}
