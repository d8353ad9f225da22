#include <bearer/source/static_source.hpp>

#include "support/fixture.hpp"

#include <catch2/catch_test_macros.hpp>

#include <chrono>

using namespace bearer;
using namespace bearer::test;
using namespace std::chrono_literals;

TEST_CASE("a failed refresh leaves a usable token in place", "[I3]") {
  fixture fx;
  fx.source_issues(1000s);
  const auto first = fx.fetch().value();
  SECTION("transient") {
    fx.source_fails();
  }
  SECTION("permanent") {
    fx.source.replies_with(make_permanent(outage()));
  }
  SECTION("without an answer") {
    fx.source.stays_silent();
  }
  SECTION("empty") {
    fx.source.replies_with(token{});
  }
  SECTION("malformed") {
    fx.source.replies_with(make_token("two words"));
  }
  SECTION("expired") {
    fx.source.replies_with(make_token("old", fx.time.wall(), 0s));
  }
  fx.time.advance(980s);
  CHECK(fx.status().failures > 0);
  CHECK(fx.fetch().value().generation == first.generation);
  CHECK(text(fx.fetch().value()) == text(first));
}

TEST_CASE("generations grow strictly and keep the bearer's id", "[I3]") {
  fixture fx;
  fx.source_issues(10s);
  auto before = fx.fetch().value().generation;
  CHECK(before.id != 0);
  for (int i = 0; i < 20; ++i) {
    fx.time.advance(9s);
    const auto next = fx.fetch().value().generation;
    CHECK(next.id == before.id);
    CHECK(next.count == before.count + 1);
    before = next;
  }
}

TEST_CASE("what a source puts into the generation is not looked at", "[I3]") {
  fixture fx;
  auto forged = make_token("secret");
  forged.generation = {99, 1'000'000};
  fx.source.replies_with(forged);
  const auto got = fx.fetch().value();
  CHECK(got.generation.count == 1);
  CHECK(got.generation.id != 99);
}

TEST_CASE("empty, malformed and expired results are failed attempts", "[I3]") {
  fixture fx;
  auto expect = errc::none;
  SECTION("empty") {
    fx.source.replies_with(token{});
    expect = errc::empty_token;
  }
  SECTION("malformed") {
    fx.source.replies_with(make_token("line\nbreak"));
    expect = errc::malformed_token;
  }
  SECTION("expired just now") {
    fx.source.replies_with(make_token("old", fx.time.wall(), 0s));
    expect = errc::expired_token;
  }
  SECTION("expired long ago") {
    fx.source.replies_with(make_token("old", fx.time.wall(), -24h));
    expect = errc::expired_token;
  }
  const auto waiting = fx.fetch(report_error());
  CHECK(waiting.error() == expect);
  CHECK(fx.status().failures == 1);
  CHECK(!fx.status().current);
}

TEST_CASE("the same secret again keeps the generation", "[I3]") {
  fixture fx;
  const auto same = make_token("same", fx.time.wall(), 1000s);
  fx.source.replies_with(same);
  event_log log{fx.bearer};
  const auto first = fx.fetch().value();
  fx.time.advance(900s);
  REQUIRE(fx.calls() == 2);
  CHECK(fx.fetch().value().generation == first.generation);
  CHECK(fx.status().failures == 0);
  const auto ended = log.of<events::attempt_ended>();
  REQUIRE(ended.size() == 2);
  CHECK(ended[1].how == events::outcome::unchanged);
  CHECK(log.of<events::published>().size() == 1);
  SECTION("and the end stays what it was") {
    fx.source.stays_silent();
    fx.time.advance(90s - 1ns);
    CHECK(fx.fetch(timeout(0s)).value().generation == first.generation);
    fx.time.advance(1ns);
    CHECK(fx.fetch(timeout(0s)).error() == errc::timed_out);
  }
  SECTION("and the next look is at the safe fraction of what is left") {
    CHECK(ended[1].next_attempt_in == 90s);
    fx.time.advance(90s);
    CHECK(fx.calls() == 3);
  }
}

TEST_CASE("the same secret with another expiry keeps the generation and moves "
          "the end",
          "[I3]") {
  fixture fx;
  fx.source.replies_with(make_token("same", fx.time.wall(), 1000s));
  const auto first = fx.fetch().value();
  auto left = caf::timespan{1000s};
  SECTION("later") {
    left = 2000s;
  }
  SECTION("earlier") {
    left = 500s;
  }
  fx.source.replies_with(make_token("same", fx.time.wall() + 900s, left));
  fx.time.advance(900s);
  REQUIRE(fx.calls() == 2);
  fx.source.stays_silent();
  // The margin of 500 s and more is 10 s.
  fx.time.advance(left - 10s - 1ns);
  CHECK(fx.fetch(timeout(0s)).value().generation == first.generation);
  fx.time.advance(1ns);
  CHECK(fx.fetch(timeout(0s)).error() == errc::timed_out);
}

TEST_CASE("an unchanged token with refresh_after is looked at again then",
          "[I3][I10]") {
  fixture fx;
  auto file = make_token("same");
  file.refresh_after = 30s;
  fx.source.replies_with(file);
  fx.fetch();
  fx.time.advance(95s);
  const auto times = fx.source.call_times();
  CHECK(times == std::vector<caf::timespan>{0s, 30s, 60s, 90s});
  CHECK(fx.fetch().value().generation.count == 1);
}

TEST_CASE("an unchanged token near its end is looked at no sooner than the "
          "floor",
          "[I3][I8]") {
  fixture fx;
  fx.source.replies_with(make_token("same", fx.time.wall(), 2s));
  fx.fetch();
  fx.time.advance(10s);
  auto times = fx.source.call_times();
  for (std::size_t i = 1; i < times.size(); ++i)
    CHECK(times[i] - times[i - 1] >= 1s);
}

TEST_CASE("those who need a newer token learn at once that there is none",
          "[I3]") {
  fixture fx;
  fx.source.replies_with(make_token("same"));
  const auto first = fx.fetch().value();
  fx.time.advance(10s);
  fx.source.stays_silent();
  const auto forced = fx.fetch(renew_required());
  const auto newer = fx.fetch(newer_than(first.generation));
  fx.source.answer(1, make_token("same"));
  fx.time.settle();
  CHECK(forced.error() == errc::unchanged);
  CHECK(newer.error() == errc::unchanged);
  CHECK(fx.fetch().value().generation == first.generation);
}

TEST_CASE("the rejected secret again is a failed attempt", "[I3][I4]") {
  fixture fx;
  fx.source.replies_with(make_token("same"));
  const auto first = fx.fetch().value();
  fx.time.advance(10s);
  fx.reject(first);
  const auto waiting = fx.fetch(report_error());
  REQUIRE(fx.calls() == 2);
  CHECK(fx.status().last_error == errc::rejected_token);
  CHECK(fx.status().failures == 1);
  fx.time.advance(2s);
  CHECK(waiting.error() == errc::rejected_token);
  fx.source.replies_with(make_token("other"));
  fx.time.advance(10s);
  CHECK(fx.fetch().value().generation.count == 2);
}

TEST_CASE("the rejected secret stays rejected after newer tokens", "[I3]") {
  fixture fx;
  fx.source.replies_with(make_token("bad"));
  const auto bad = fx.fetch().value();
  fx.time.advance(10s);
  fx.source.replies_with(make_token("good"));
  fx.reject(bad);
  CHECK(text(fx.fetch().value()) == "good");
  fx.time.advance(10s);
  fx.source.replies_with(make_token("bad"));
  const auto forced
    = fx.fetch(with([](auto& x) { x.renew_required = x.report_error = true; }));
  CHECK(forced.error() == errc::rejected_token);
  CHECK(text(fx.fetch().value()) == "good");
}

TEST_CASE("a source that repeats a withdrawn token makes nobody's answer",
          "[I2][I3][I6]") {
  fixture fx;
  const auto same = make_token("same", fx.time.wall(), 1000s);
  fx.source.replies_with(same);
  fx.fetch();
  fx.time.advance(10s);
  // 9 s are left, within the margin.
  fx.time.jump_wall(981s);
  const auto waiting = fx.fetch();
  const auto reporting = fx.fetch(report_error());
  REQUIRE(fx.calls() == 2);
  CHECK(!waiting.done());
  CHECK(!fx.status().current);
  fx.source_issues(1000s);
  fx.time.advance(1min);
  CHECK(waiting.value().generation.count == 2);
  CHECK(reporting.answers() == 1);
}

TEST_CASE("a rejected static token fails as permanent", "[I3][I12]") {
  virtual_time time;
  auto bearer = spawn(time.sys(), static_source(time.sys(), "only"),
                      exact_settings(), {"static", {}, time.clock()})
                  .value();
  const auto first = fetch(bearer);
  time.advance(10s);
  bearer.reject(first.value().generation);
  time.settle();
  const auto second = fetch(bearer);
  time.settle();
  CHECK(second.error() == errc::static_token_rejected);
}
