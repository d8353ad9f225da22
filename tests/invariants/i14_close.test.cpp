#include "support/scene.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <vector>

using namespace bearer;
using namespace bearer::test;
using namespace std::chrono_literals;

namespace {

using graces = std::vector<caf::timespan>;

renewal_settings borrowed_source() {
  auto result = exact();
  result.owns_source = false;
  return result;
}

} // namespace

TEST_CASE("close without an attempt under way closes the source with the whole "
          "grace",
          "[I14]") {
  scene s;
  SECTION("never started") {}
  SECTION("with a token") {
    s.gives(100s);
    s.fetch();
  }
  auto closed = s.close(7s);
  CHECK(closed->values.size() == 1);
  CHECK(s.source.closings() == graces{7s});
  CHECK(s.time.timers() == 0);
  CHECK(s.status().state == bearer_state::stopped);
  CHECK(s.fetch().error() == errc::stopped);
}

TEST_CASE("close without an attempt under way turns waiters away at once",
          "[I14]") {
  scene s;
  s.fails();
  auto waiting = s.fetch();
  auto closed = s.close(10s);
  CHECK(waiting.error() == errc::stopped);
  CHECK(closed->values.size() == 1);
  CHECK(s.source.closings() == graces{10s});
  s.time.advance(1h);
  CHECK(s.calls() == 1);
}

TEST_CASE("waiters get the token of an attempt that ends within the grace, and "
          "the source gets the rest",
          "[I14]") {
  scene s;
  auto waiting = s.fetch();
  event_log log{s.bearer};
  auto closed = s.close(4s);
  CHECK(s.status().state == bearer_state::closing);
  CHECK(s.fetch().error() == errc::stopped);
  s.time.advance(3s);
  CHECK_FALSE(waiting.done());
  CHECK(closed->size() == 0);
  CHECK(s.source.closings().empty());
  s.source.answer(0, s.fresh(100s));
  s.time.settle();
  CHECK(waiting.value().generation.count == 1);
  CHECK(s.source.closings() == graces{1s});
  CHECK(closed->values.size() == 1);
  CHECK(s.time.timers() == 0);
  CHECK(std::holds_alternative<events::stopped>(log.all().back().what));
  CHECK(s.fetch().error() == errc::stopped);
}

TEST_CASE("waiters get the error of an attempt that fails within the grace",
          "[I14]") {
  scene s;
  auto plain = s.fetch();
  auto sync = s.fetch(synchronous());
  auto closed = s.close(4s);
  s.time.advance(1s);
  s.source.answer(0, caf::make_error(errc::command_failed, "late"));
  s.time.settle();
  CHECK(plain.error() == errc::command_failed);
  CHECK(sync.error() == errc::command_failed);
  CHECK(s.source.closings() == graces{3s});
  CHECK(closed->values.size() == 1);
  s.time.advance(1h);
  CHECK(s.calls() == 1);
}

TEST_CASE("an attempt that takes longer than the grace is given up", "[I14]") {
  scene s;
  auto waiting = s.fetch();
  auto closed = s.close(3s);
  s.time.advance(3s - 1ns);
  CHECK_FALSE(waiting.done());
  CHECK(closed->size() == 0);
  s.time.advance(1ns);
  CHECK(waiting.error() == errc::stopped);
  CHECK(s.source.closings() == graces{0s});
  CHECK(closed->values.size() == 1);
  CHECK(s.time.timers() == 0);
}

TEST_CASE("an attempt keeps its own limit within a long grace", "[I14][I15]") {
  scene s;
  auto waiting = s.fetch();
  auto closed = s.close(20s);
  s.time.advance(5s);
  CHECK(waiting.error() == errc::attempt_timed_out);
  CHECK(s.source.closings() == graces{15s});
  CHECK(closed->values.size() == 1);
}

TEST_CASE("a waiter's own deadline counts during the grace", "[I14][I5]") {
  scene s;
  auto waiting = s.fetch(within(1s));
  auto closed = s.close(4s);
  s.time.advance(1s);
  CHECK(waiting.error() == errc::timed_out);
  CHECK(closed->size() == 0);
}

TEST_CASE("stop during a close ends the grace", "[I14]") {
  scene s;
  auto waiting = s.fetch();
  auto closed = s.close(10s);
  s.time.advance(1s);
  s.stop();
  CHECK(waiting.error() == errc::stopped);
  CHECK(closed->values.size() == 1);
  // Nothing is left of it for the source.
  CHECK(s.source.closings() == graces{0s});
  CHECK(s.time.timers() == 0);
  s.time.advance(1min);
  CHECK(s.source.closings().size() == 1);
}

TEST_CASE("stop while the source is being closed ends the grace", "[I14]") {
  scene s;
  s.source.never_closes();
  auto closed = s.close(10s);
  s.time.advance(1s);
  CHECK(closed->size() == 0);
  s.stop();
  CHECK(closed->values.size() == 1);
  CHECK(s.source.closings() == graces{10s});
  CHECK(s.time.timers() == 0);
}

TEST_CASE("the end of the cache during a close ends the grace", "[I14]") {
  scene s;
  auto waiting = s.fetch();
  auto closed = s.close(10s);
  s.time.advance(1s);
  const auto killed = GENERATE(false, true);
  if (killed)
    caf::anon_send_exit(s.bearer.actor(), caf::exit_reason::kill);
  else
    s.bearer = handle{};
  s.time.settle();
  CHECK(waiting.error() == errc::stopped);
  CHECK(closed->values.size() == 1);
  CHECK(s.source.closings().size() == 1);
  CHECK(s.time.timers() == 0);
}

TEST_CASE("the end of the cache while the source is being closed ends the "
          "grace",
          "[I14]") {
  scene s;
  s.source.never_closes();
  auto closed = s.close(10s);
  s.bearer = handle{};
  s.time.settle();
  CHECK(closed->values.size() == 1);
  CHECK(s.source.closings() == graces{10s});
  CHECK(s.time.timers() == 0);
}

TEST_CASE("repeats of close join the first, whatever their grace", "[I14]") {
  scene s;
  auto waiting = s.fetch();
  auto first = s.close(4s);
  s.time.advance(1s);
  auto second = s.close(1h);
  auto third = s.close(0s);
  CHECK(first->size() + second->size() + third->size() == 0);
  s.time.advance(2s);
  CHECK_FALSE(waiting.done());
  s.time.advance(1s);
  CHECK(waiting.error() == errc::stopped);
  for (const auto& closed : {first, second, third})
    CHECK(closed->values.size() == 1);
  auto late = s.close(5s);
  CHECK(late->values.size() == 1);
  CHECK(s.source.closings().size() == 1);
}

TEST_CASE("a repeat joins while the source is being closed", "[I14]") {
  scene s;
  s.source.never_closes();
  auto first = s.close(4s);
  auto second = s.close(1h);
  s.time.advance(4s);
  CHECK(first->values.size() == 1);
  CHECK(second->values.size() == 1);
  CHECK(s.source.closings() == graces{4s});
}

TEST_CASE("a source that never answers its closing is left at the end of the "
          "grace",
          "[I14]") {
  scene s;
  s.source.never_closes();
  auto waiting = s.fetch();
  auto closed = s.close(4s);
  s.source.answer(0, s.fresh(100s));
  s.time.settle();
  CHECK(waiting.done());
  CHECK(s.status().state == bearer_state::closing);
  s.time.advance(4s - 1ns);
  CHECK(closed->size() == 0);
  s.time.advance(1ns);
  CHECK(closed->values.size() == 1);
  CHECK(s.time.timers() == 0);
  CHECK(s.status().state == bearer_state::stopped);
}

TEST_CASE("a grace of nothing ends an attempt at once and still closes the "
          "source",
          "[I14]") {
  const auto grace = GENERATE(caf::timespan{0}, caf::timespan{-5s},
                              caf::timespan::min());
  CAPTURE(grace.count());
  scene s;
  auto waiting = s.fetch();
  auto closed = s.close(grace);
  CHECK(waiting.error() == errc::stopped);
  CHECK(closed->values.size() == 1);
  CHECK(s.source.closings() == graces{0s});
  CHECK(s.time.timers() == 0);
}

TEST_CASE("a grace of nothing does not wait for the source's closing",
          "[I14]") {
  scene s;
  s.source.never_closes();
  auto closed = s.close(0s);
  CHECK(closed->values.size() == 1);
  CHECK(s.source.closings() == graces{0s});
}

TEST_CASE("an endless grace saturates", "[I14]") {
  scene s;
  auto waiting = s.fetch();
  auto closed = s.close(caf::timespan::max());
  s.time.advance(1s);
  CHECK_FALSE(waiting.done());
  s.source.answer(0, s.fresh(100s));
  s.time.settle();
  CHECK(waiting.value().generation.count == 1);
  CHECK(closed->values.size() == 1);
  CHECK(s.source.closings().size() == 1);
}

TEST_CASE("close after stop still closes the source, once", "[I14]") {
  scene s;
  auto waiting = s.fetch();
  event_log log{s.bearer};
  s.stop();
  CHECK(waiting.error() == errc::stopped);
  auto closed = s.close(2s);
  CHECK(closed->values.size() == 1);
  CHECK(s.source.closings() == graces{2s});
  CHECK(s.close(2s)->values.size() == 1);
  CHECK(s.source.closings().size() == 1);
  CHECK(log.of<events::stopped>().size() == 1);
  CHECK(s.time.timers() == 0);
}

TEST_CASE("a source that is not owned is not closed", "[I14]") {
  scene s{borrowed_source()};
  auto waiting = s.fetch();
  auto closed = s.close(4s);
  CHECK_FALSE(waiting.done());
  s.source.answer(0, s.fresh(100s));
  s.time.settle();
  CHECK(waiting.value().generation.count == 1);
  CHECK(closed->values.size() == 1);
  CHECK(s.source.closings().empty());
  CHECK(s.fetch().error() == errc::stopped);
}

TEST_CASE("a source that cannot be closed is no obstacle", "[I14]") {
  virtual_time time;
  scripted_source source{time.sys()};
  auto bearer = *spawn(time.sys(), any_source{source.actor().fetcher()},
                       exact(), {"plain", {}, time.clock()});
  auto waiting = fetch(bearer);
  auto closed = ask(time.sys(), bearer.actor(), close_atom_v,
                    caf::timespan{2s});
  time.settle();
  CHECK_FALSE(waiting.done());
  time.advance(2s);
  CHECK(waiting.error() == errc::stopped);
  CHECK(closed->values.size() == 1);
  CHECK(source.closings().empty());
}

TEST_CASE("a source that dies is closed well enough", "[I14]") {
  scene s;
  s.source.never_closes();
  auto closed = s.close(10s);
  s.source.kill();
  s.time.settle();
  CHECK(closed->values.size() == 1);
  CHECK(s.time.timers() == 0);
}

TEST_CASE("a bearer that is being closed takes no wishes", "[I14]") {
  scene s;
  s.gives(100s);
  const auto gen = s.fetch().value().generation;
  s.source.stays_silent();
  s.time.advance(91s);
  REQUIRE(s.calls() == 2);
  auto closed = s.close(4s);
  s.bearer.prefetch();
  s.bearer.request_renewal();
  s.reject(gen);
  CHECK(s.fetch().error() == errc::stopped);
  s.source.answer(1, caf::make_error(errc::command_failed));
  s.time.advance(1h);
  CHECK(s.calls() == 2);
  CHECK(closed->values.size() == 1);
  CHECK(s.time.timers() == 0);
}
