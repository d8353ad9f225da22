#include <bearer/source/static_source.hpp>

#include "support/scene.hpp"

#include <catch2/catch_test_macros.hpp>

#include <chrono>

using namespace bearer;
using namespace bearer::test;
using namespace std::chrono_literals;

TEST_CASE("a failed refresh leaves a usable token in place", "[I3]") {
  scene s;
  s.gives(1000s);
  const auto first = s.fetch().value();
  SECTION("transient") {
    s.fails();
  }
  SECTION("permanent") {
    s.source.replies_with(make_permanent(outage()));
  }
  SECTION("without an answer") {
    s.source.stays_silent();
  }
  SECTION("empty") {
    s.source.replies_with(token{});
  }
  SECTION("malformed") {
    s.source.replies_with(make_token("two words"));
  }
  SECTION("expired") {
    s.source.replies_with(make_token("old", s.time.wall(), 0s));
  }
  s.time.advance(980s);
  CHECK(s.status().failures > 0);
  CHECK(s.fetch().value().generation == first.generation);
  CHECK(text(s.fetch().value()) == text(first));
}

TEST_CASE("generations grow strictly and keep the bearer's id", "[I3]") {
  scene s;
  s.gives(10s);
  auto before = s.fetch().value().generation;
  CHECK(before.id != 0);
  for (int i = 0; i < 20; ++i) {
    s.time.advance(9s);
    const auto next = s.fetch().value().generation;
    CHECK(next.id == before.id);
    CHECK(next.count == before.count + 1);
    before = next;
  }
}

TEST_CASE("what a source puts into the generation is not looked at", "[I3]") {
  scene s;
  auto forged = make_token("secret");
  forged.generation = {99, 1'000'000};
  s.source.replies_with(forged);
  const auto got = s.fetch().value();
  CHECK(got.generation.count == 1);
  CHECK(got.generation.id != 99);
}

TEST_CASE("empty, malformed and expired results are failed attempts", "[I3]") {
  scene s;
  auto expect = errc::none;
  SECTION("empty") {
    s.source.replies_with(token{});
    expect = errc::empty_token;
  }
  SECTION("malformed") {
    s.source.replies_with(make_token("line\nbreak"));
    expect = errc::malformed_token;
  }
  SECTION("expired just now") {
    s.source.replies_with(make_token("old", s.time.wall(), 0s));
    expect = errc::expired_token;
  }
  SECTION("expired long ago") {
    s.source.replies_with(make_token("old", s.time.wall(), -24h));
    expect = errc::expired_token;
  }
  const auto waiting = s.fetch(reporting());
  CHECK(waiting.error() == expect);
  CHECK(s.status().failures == 1);
  CHECK(!s.status().current);
}

TEST_CASE("the same secret again keeps the generation", "[I3]") {
  scene s;
  const auto same = make_token("same", s.time.wall(), 1000s);
  s.source.replies_with(same);
  event_log log{s.bearer};
  const auto first = s.fetch().value();
  s.time.advance(900s);
  REQUIRE(s.calls() == 2);
  CHECK(s.fetch().value().generation == first.generation);
  CHECK(s.status().failures == 0);
  const auto ended = log.of<events::attempt_ended>();
  REQUIRE(ended.size() == 2);
  CHECK(ended[1].how == events::outcome::unchanged);
  CHECK(log.of<events::published>().size() == 1);
  SECTION("and the end stays what it was") {
    s.source.stays_silent();
    s.time.advance(90s - 1ns);
    CHECK(s.fetch(within(0s)).value().generation == first.generation);
    s.time.advance(1ns);
    CHECK(s.fetch(within(0s)).error() == errc::timed_out);
  }
  SECTION("and the next look is at the safe fraction of what is left") {
    CHECK(ended[1].next_attempt_in == 90s);
    s.time.advance(90s);
    CHECK(s.calls() == 3);
  }
}

TEST_CASE("the same secret with another expiry keeps the generation and moves "
          "the end",
          "[I3]") {
  scene s;
  s.source.replies_with(make_token("same", s.time.wall(), 1000s));
  const auto first = s.fetch().value();
  auto left = caf::timespan{1000s};
  SECTION("later") {
    left = 2000s;
  }
  SECTION("earlier") {
    left = 500s;
  }
  s.source.replies_with(make_token("same", s.time.wall() + 900s, left));
  s.time.advance(900s);
  REQUIRE(s.calls() == 2);
  s.source.stays_silent();
  // The margin of 500 s and more is 10 s.
  s.time.advance(left - 10s - 1ns);
  CHECK(s.fetch(within(0s)).value().generation == first.generation);
  s.time.advance(1ns);
  CHECK(s.fetch(within(0s)).error() == errc::timed_out);
}

TEST_CASE("an unchanged token with refresh_after is looked at again then",
          "[I3][I10]") {
  scene s;
  auto file = make_token("same");
  file.refresh_after = 30s;
  s.source.replies_with(file);
  s.fetch();
  s.time.advance(95s);
  const auto times = s.source.call_times();
  CHECK(times == std::vector<caf::timespan>{0s, 30s, 60s, 90s});
  CHECK(s.fetch().value().generation.count == 1);
}

TEST_CASE("an unchanged token near its end is looked at no sooner than the "
          "floor",
          "[I3][I8]") {
  scene s;
  s.source.replies_with(make_token("same", s.time.wall(), 2s));
  s.fetch();
  s.time.advance(10s);
  auto times = s.source.call_times();
  for (std::size_t i = 1; i < times.size(); ++i)
    CHECK(times[i] - times[i - 1] >= 1s);
}

TEST_CASE("those who need a newer token learn at once that there is none",
          "[I3]") {
  scene s;
  s.source.replies_with(make_token("same"));
  const auto first = s.fetch().value();
  s.time.advance(10s);
  s.source.stays_silent();
  const auto impatient = s.fetch(forced());
  const auto newer = s.fetch(newer_than(first.generation));
  s.source.answer(1, make_token("same"));
  s.time.settle();
  CHECK(impatient.error() == errc::unchanged);
  CHECK(newer.error() == errc::unchanged);
  CHECK(s.fetch().value().generation == first.generation);
}

TEST_CASE("the rejected secret again is a failed attempt", "[I3][I4]") {
  scene s;
  s.source.replies_with(make_token("same"));
  const auto first = s.fetch().value();
  s.time.advance(10s);
  s.reject(first);
  const auto waiting = s.fetch(reporting());
  REQUIRE(s.calls() == 2);
  CHECK(s.status().last_error == errc::rejected_token);
  CHECK(s.status().failures == 1);
  s.time.advance(2s);
  CHECK(waiting.error() == errc::rejected_token);
  s.source.replies_with(make_token("other"));
  s.time.advance(10s);
  CHECK(s.fetch().value().generation.count == 2);
}

TEST_CASE("the rejected secret stays rejected after newer tokens", "[I3]") {
  scene s;
  s.source.replies_with(make_token("bad"));
  const auto bad = s.fetch().value();
  s.time.advance(10s);
  s.source.replies_with(make_token("good"));
  s.reject(bad);
  CHECK(text(s.fetch().value()) == "good");
  s.time.advance(10s);
  s.source.replies_with(make_token("bad"));
  const auto forced
    = s.fetch(with([](auto& x) { x.renew_required = x.report_error = true; }));
  CHECK(forced.error() == errc::rejected_token);
  CHECK(text(s.fetch().value()) == "good");
}

TEST_CASE("a source that repeats a withdrawn token makes nobody's answer",
          "[I2][I3][I6]") {
  scene s;
  const auto same = make_token("same", s.time.wall(), 1000s);
  s.source.replies_with(same);
  s.fetch();
  s.time.advance(10s);
  // 9 s are left, within the margin.
  s.time.jump_wall(981s);
  const auto waiting = s.fetch();
  const auto reported = s.fetch(reporting());
  REQUIRE(s.calls() == 2);
  CHECK(!waiting.done());
  CHECK(!s.status().current);
  s.gives(1000s);
  s.time.advance(1min);
  CHECK(waiting.value().generation.count == 2);
  CHECK(reported.answers() == 1);
}

TEST_CASE("a rejected static token fails as permanent", "[I3][I12]") {
  virtual_time time;
  auto bearer = spawn(time.sys(), static_source(time.sys(), "only"), exact(),
                      {"static", {}, time.clock()})
                  .value();
  const auto first = fetch(bearer);
  time.advance(10s);
  bearer.reject(first.value().generation);
  time.settle();
  const auto second = fetch(bearer);
  time.settle();
  CHECK(second.error() == errc::static_token_rejected);
}
