#include "support/scene.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace bearer;
using namespace bearer::test;
using namespace std::chrono_literals;

namespace {

fetch_options forced_within(caf::timespan timeout) {
  auto result = forced();
  result.timeout = timeout;
  return result;
}

} // namespace

TEST_CASE("renew_required gets a newer generation than the fresh one",
          "[I16]") {
  scene s;
  s.gives(100s);
  CHECK(s.fetch().value().generation.count == 1);
  s.time.advance(10s);
  CHECK(s.fetch(forced()).value().generation.count == 2);
  CHECK(s.source.calls()[1].what.reason == attempt_reason::requested);
  CHECK(s.source.calls()[1].what.previous.access_token.view() == "secret-1");
}

TEST_CASE("renew_required waits for the floor and no less", "[I16][I8]") {
  scene s;
  s.gives(100s);
  s.fetch();
  auto f = s.fetch(forced());
  s.time.advance(1s - 1ns);
  CHECK_FALSE(f.done());
  s.time.advance(1ns);
  CHECK(f.value().generation.count == 2);
}

TEST_CASE("renew_required of an unused bearer gets its first token", "[I16]") {
  scene s;
  s.gives(100s);
  CHECK(s.fetch(forced()).value().generation.count == 1);
  CHECK(s.calls() == 1);
}

TEST_CASE("renew_required is an error if the source has the same token still",
          "[I16][I3]") {
  scene s;
  const auto same = s.fresh(100s);
  s.source.replies_with(same);
  s.fetch();
  s.time.advance(10s);
  CHECK(s.fetch(forced()).error() == errc::unchanged);
  // For others it is good.
  CHECK(s.fetch().value().generation.count == 1);
}

TEST_CASE("renew_required never ends with the old token, though it is good",
          "[I16]") {
  scene s;
  s.gives(1h);
  s.fetch();
  s.fails();
  s.time.advance(10s);
  auto f = s.fetch(forced_within(20s));
  auto sync = forced();
  sync.renew_synchronous = true;
  auto g = s.fetch(sync);
  s.time.advance(20s);
  CHECK(f.error() == errc::timed_out);
  CHECK(g.error() == errc::command_failed);
  CHECK(s.fetch().value().generation.count == 1);
}

TEST_CASE("renew_required joins an attempt that is under way", "[I16][I1]") {
  scene s;
  s.gives(100s);
  s.fetch();
  s.source.stays_silent();
  s.time.advance(91s);
  REQUIRE(s.calls() == 2);
  auto f = s.fetch(forced());
  auto g = s.fetch(forced());
  CHECK(s.calls() == 2);
  s.source.answer(1, s.fresh(100s));
  s.time.settle();
  CHECK(f.value().generation.count == 2);
  CHECK(g.value().generation.count == 2);
}

TEST_CASE("renew_required means newer than the current one at the call, hence "
          "each call renews",
          "[I16]") {
  scene s;
  s.gives(100s);
  s.fetch();
  for (std::uint64_t count = 2; count < 6; ++count) {
    s.time.advance(1s);
    CHECK(s.fetch(forced()).value().generation.count == count);
  }
  CHECK(s.calls() == 5);
}

TEST_CASE("renew_required counts although the token has been rejected or has "
          "expired",
          "[I16]") {
  scene s;
  s.gives(100s);
  auto gen = s.fetch().value().generation;
  SECTION("rejected") {
    s.reject(gen);
    auto f = s.fetch(forced());
    s.time.advance(1s);
    CHECK(f.value().generation.count == 2);
  }
  SECTION("expired") {
    s.fails();
    s.time.advance(200s);
    s.gives(100s);
    auto f = s.fetch(forced());
    s.time.advance(1min);
    CHECK(f.value().generation.count == 2);
  }
}

TEST_CASE("renew_required outweighs an older newer_than", "[I16]") {
  scene s;
  s.gives(100s);
  auto first = s.fetch().value().generation;
  s.time.advance(1s);
  s.fetch(forced());
  s.time.advance(1s);
  auto opts = forced();
  opts.newer_than = first;
  CHECK(s.fetch(opts).value().generation.count == 3);
}

TEST_CASE("the other options force nothing", "[I16]") {
  scene s;
  s.gives(100s);
  s.fetch();
  s.time.advance(10s);
  auto opts = fetch_options{};
  opts.renew_synchronous = true;
  opts.report_error = true;
  opts.renew_request_timeout = 1s;
  opts.timeout = 0s;
  opts.max_retries = 0;
  CHECK(s.fetch(opts).value().generation.count == 1);
  CHECK(s.calls() == 1);
}
