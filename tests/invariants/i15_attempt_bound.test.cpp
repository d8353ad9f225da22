#include "support/scene.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

using namespace bearer;
using namespace bearer::test;
using namespace std::chrono_literals;

TEST_CASE("a source that never answers has failed the attempt at the limit",
          "[I15]") {
  scene s;
  auto f = s.fetch(reporting());
  event_log log{s.bearer};
  s.time.advance(5s - 1ns);
  CHECK_FALSE(f.done());
  CHECK(s.status().state == bearer_state::attempting);
  s.time.advance(1ns);
  CHECK(f.error() == errc::attempt_timed_out);
  auto ended = log.of<events::attempt_ended>();
  REQUIRE(ended.size() == 1);
  CHECK(ended[0].number == 1);
  CHECK(ended[0].how == events::outcome::given_up);
  CHECK(ended[0].error == errc::attempt_timed_out);
  CHECK_FALSE(ended[0].permanent);
  CHECK(ended[0].next_attempt_in == 1s);
  CHECK(s.status().state == bearer_state::backoff);
  CHECK(s.status().failures == 1);
  CHECK(s.status().failed_attempts == 1);
}

TEST_CASE("the backoff counts from the end of the attempt that was given up",
          "[I15][I9]") {
  scene s;
  s.bearer.prefetch();
  s.time.advance(20s);
  // 5 s of silence each, then 1 s, 1.5 s, 2.25 s.
  CHECK(s.source.call_times()
        == std::vector<caf::timespan>{0s, 6s, 12500ms, 19750ms});
}

TEST_CASE("the limit is a setting, and the source is told of it", "[I15]") {
  auto settings = exact();
  settings.refresh_request_timeout = 200ms;
  scene s{settings};
  auto f = s.fetch(synchronous());
  REQUIRE(s.calls() == 1);
  CHECK(s.source.calls()[0].what.budget == 200ms);
  s.time.advance(200ms);
  CHECK(f.error() == errc::attempt_timed_out);
}

TEST_CASE("the options of a caller do not move the limit", "[I15][I17]") {
  const auto wait = GENERATE(caf::timespan{100ms}, caf::timespan{1min});
  scene s;
  auto opts = synchronous();
  opts.renew_request_timeout = wait;
  opts.timeout = wait;
  event_log log{s.bearer};
  s.fetch(opts);
  CHECK(s.source.calls()[0].what.budget == 5s);
  s.time.advance(5s - 1ns);
  CHECK(log.of<events::attempt_ended>().empty());
  s.time.advance(1ns);
  CHECK(log.of<events::attempt_ended>().size() == 1);
}

TEST_CASE("an answer just in time is taken", "[I15]") {
  scene s;
  s.gives(100s);
  s.source.takes(5s - 1ns);
  auto f = s.fetch();
  s.time.advance(5s - 1ns);
  CHECK(f.value().generation.count == 1);
}

TEST_CASE("an answer to an attempt that was given up changes nothing",
          "[I15][I1]") {
  scene s;
  auto f = s.fetch();
  event_log log{s.bearer};
  s.time.advance(5s);
  REQUIRE(log.of<events::attempt_ended>().size() == 1);
  s.source.answer(0, s.fresh(100s));
  s.time.settle();
  CHECK_FALSE(f.done());
  CHECK(s.status().state == bearer_state::backoff);
  CHECK(log.of<events::published>().empty());
  // Nor while the next attempt is under way.
  s.time.advance(1s);
  REQUIRE(s.calls() == 2);
  s.source.answer(0, s.fresh(100s));
  s.time.settle();
  CHECK_FALSE(f.done());
  CHECK(s.status().state == bearer_state::attempting);
  s.source.answer(1, s.fresh(100s));
  s.time.settle();
  CHECK(f.value().generation.count == 1);
}
