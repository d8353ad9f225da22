#include "support/scene.hpp"

#include <catch2/catch_test_macros.hpp>

#include <vector>

using namespace bearer;
using namespace bearer::test;
using namespace std::chrono_literals;

TEST_CASE("one caller's short wait ends nobody else's", "[I17][I7]") {
  scene s;
  auto patient = s.fetch();
  auto opts = fetch_options{};
  opts.renew_request_timeout = 100ms;
  auto hasty = s.fetch(opts);
  opts.renew_synchronous = true;
  auto sync = s.fetch(opts);
  auto none = s.fetch(within(0s));
  CHECK(none.error() == errc::timed_out);
  s.time.advance(100ms);
  CHECK(hasty.error() == errc::timed_out);
  CHECK(sync.error() == errc::timed_out);
  s.time.advance(100ms);
  s.source.answer(0, s.fresh(100s));
  s.time.settle();
  CHECK(patient.value().generation.count == 1);
  CHECK(s.calls() == 1);
}

TEST_CASE("the smaller of renew_request_timeout and timeout bounds the wait",
          "[I17][I5]") {
  scene s;
  auto opts = fetch_options{};
  opts.timeout = 1s;
  opts.renew_request_timeout = 2s;
  auto one = s.fetch(opts);
  opts.timeout = 2s;
  opts.renew_request_timeout = 1s;
  auto other = s.fetch(opts);
  s.time.advance(1s - 1ns);
  CHECK_FALSE(one.done());
  CHECK_FALSE(other.done());
  s.time.advance(1ns);
  CHECK(one.error() == errc::timed_out);
  CHECK(other.error() == errc::timed_out);
}

TEST_CASE("a fetch without a deadline has that of the settings", "[I17][I5]") {
  auto settings = exact();
  settings.fetch_timeout = 7s;
  scene s{settings};
  s.fails();
  auto f = s.fetch();
  auto longer = s.fetch(within(8s));
  s.time.advance(7s - 1ns);
  CHECK_FALSE(f.done());
  s.time.advance(1ns);
  CHECK(f.error() == errc::timed_out);
  CHECK_FALSE(longer.done());
}

TEST_CASE("one caller's wish for a newer token keeps nobody from the current "
          "one",
          "[I17]") {
  scene s;
  s.gives(100s);
  s.fetch();
  s.source.stays_silent();
  s.time.advance(10s);
  auto forcing = s.fetch(forced());
  REQUIRE(s.calls() == 2);
  CHECK(s.fetch().value().generation.count == 1);
  CHECK(s.fetch(synchronous()).value().generation.count == 1);
  // Nor when it comes to nothing.
  s.source.answer(1, caf::make_error(errc::command_failed));
  s.time.settle();
  CHECK(s.fetch().value().generation.count == 1);
  CHECK_FALSE(forcing.done());
}

TEST_CASE("one caller's wish for errors brings nobody else one", "[I17][I6]") {
  scene s;
  auto plain = s.fetch();
  auto report = s.fetch(reporting());
  auto sync = s.fetch(synchronous());
  s.source.answer(0, caf::make_error(errc::command_failed));
  s.time.settle();
  CHECK(report.error() == errc::command_failed);
  CHECK(sync.error() == errc::command_failed);
  CHECK_FALSE(plain.done());
  s.gives(100s);
  s.time.advance(1s);
  CHECK(plain.value().generation.count == 1);
}

TEST_CASE("mistakes of one caller are that caller's alone", "[I17]") {
  scene s;
  s.gives(100s);
  auto gen = s.fetch().value().generation;
  auto opts = fetch_options{};
  opts.newer_than = generation{gen.id, gen.count + 1};
  CHECK(s.fetch(opts).error() == errc::unknown_generation);
  opts.newer_than = generation{gen.id + 1, gen.count};
  CHECK(s.fetch(opts).error() == errc::unknown_generation);
  CHECK(s.fetch(within(-1s)).error() == errc::invalid_option);
  opts = fetch_options{};
  opts.renew_request_timeout = -1ns;
  CHECK(s.fetch(opts).error() == errc::invalid_option);
  CHECK(s.fetch().value().generation == gen);
  CHECK(s.calls() == 1);
}

TEST_CASE("a synchronous fetch ahead of the backoff helps the others as well",
          "[I17][I8]") {
  scene s;
  s.fails();
  auto plain = s.fetch();
  s.time.advance(30s);
  s.gives(100s);
  REQUIRE_FALSE(plain.done());
  s.fetch(synchronous());
  s.time.advance(1s);
  CHECK(plain.value().generation.count == 1);
}

TEST_CASE("every mix of options gets its answer from the same attempt",
          "[I17][I1]") {
  scene s;
  auto all = std::vector<pending_fetch>{};
  for (unsigned bits = 0; bits < 32; ++bits) {
    auto opts = fetch_options{};
    opts.renew_required = (bits & 1U) != 0;
    opts.renew_synchronous = (bits & 2U) != 0;
    opts.report_error = (bits & 4U) != 0;
    if ((bits & 8U) != 0)
      opts.timeout = 3s;
    if ((bits & 16U) != 0)
      opts.renew_request_timeout = 2s;
    all.push_back(s.fetch(opts));
  }
  s.source.answer(0, s.fresh(100s));
  s.time.settle();
  for (const auto& f : all)
    CHECK(f.value().generation.count == 1);
  CHECK(s.calls() == 1);
}
