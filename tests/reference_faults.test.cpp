#include <bearer/fetch_options.hpp>

#include "support/scene.hpp"

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <vector>

/// The faults of the documented reference that must not return, one test each.

using namespace bearer;
using namespace bearer::test;
using namespace std::chrono_literals;

TEST_CASE("concurrent synchronous fetches are all answered", "[I1][I5]") {
  scene s;
  auto all = std::vector<pending_fetch>{};
  for (int i = 0; i < 10; ++i) {
    all.push_back(s.fetch(synchronous()));
    s.time.advance(100ms);
  }
  SECTION("with a token") {
    s.source.answer(0, s.fresh());
    s.time.settle();
    for (const auto& one : all)
      CHECK(one.value().generation.count == 1);
  }
  SECTION("with an error") {
    s.source.answer(0, outage());
    s.time.settle();
    for (const auto& one : all)
      CHECK(one.error() == errc::command_failed);
  }
  CHECK(s.calls() == 1);
}

TEST_CASE("a synchronous fetch does not cancel the flight others wait for",
          "[I1][I7]") {
  scene s;
  s.source.takes(3s);
  s.gives();
  const auto plain = s.fetch();
  s.time.advance(2s);
  const auto impatient = s.fetch(synchronous());
  s.time.advance(1s);
  CHECK(plain.value().generation.count == 1);
  CHECK(impatient.value().generation.count == 1);
  CHECK(s.calls() == 1);
}

TEST_CASE("stop leaves no waiter hanging", "[I5][I14]") {
  scene s;
  auto all = std::vector<pending_fetch>{};
  auto ask = [&] {
    all.push_back(s.fetch());
    all.push_back(s.fetch(synchronous()));
    all.push_back(s.fetch(reporting()));
    all.push_back(s.fetch(within(caf::infinite)));
  };
  SECTION("in flight") {
    ask();
  }
  SECTION("in the backoff") {
    s.fails();
    s.fetch();
    s.time.advance(5s);
    all.push_back(s.fetch());
    all.push_back(s.fetch(reporting()));
  }
  for (const auto& one : all)
    REQUIRE(!one.done());
  s.bearer.stop();
  s.time.settle();
  for (const auto& one : all)
    CHECK(one.error() == errc::stopped);
  CHECK(s.fetch().error() == errc::stopped);
  const auto calls = s.calls();
  s.time.advance(1h);
  CHECK(s.calls() == calls);
  CHECK(s.time.timers() == 0);
}

TEST_CASE("expired tokens are not served", "[I2]") {
  scene s;
  s.gives(1000s);
  s.fetch();
  s.fails();
  s.time.advance(1001s);
  CHECK(s.fetch(within(0s)).error() == errc::timed_out);
}

TEST_CASE("rejected tokens are not served", "[I4]") {
  scene s;
  s.gives(1000s);
  const auto first = s.fetch().value();
  s.fails();
  s.reject(first);
  CHECK(s.fetch(within(0s)).error() == errc::timed_out);
}

TEST_CASE("late refusals of a token that was replaced renew nothing", "[I4]") {
  scene s;
  s.gives();
  const auto first = s.fetch().value();
  s.time.advance(10s);
  s.reject(first);
  REQUIRE(s.calls() == 2);
  for (int i = 0; i < 100; ++i) {
    s.time.advance(2s);
    s.reject(first);
  }
  CHECK(s.calls() == 2);
  CHECK(s.fetch(within(0s)).value().generation.count == 2);
}

TEST_CASE("no request bypasses the backoff", "[I8]") {
  scene s;
  s.gives(1000s);
  const auto first = s.fetch().value();
  s.fails();
  s.time.advance(900s);
  REQUIRE(s.calls() == 2);
  // The first delay, then the second one after the call at 901 s.
  s.time.advance(1s);
  REQUIRE(s.calls() == 3);
  s.time.advance(1s);
  s.bearer.request_renewal();
  s.bearer.prefetch();
  s.fetch(forced());
  s.fetch(reporting());
  s.reject(first);
  CHECK(s.calls() == 3);
  s.time.advance(500ms);
  CHECK(s.calls() == 4);
}

TEST_CASE("a day of outage does not end the loop", "[I9][I11]") {
  auto settings = exact();
  settings.retry_timeout_exponent = 1e100;
  scene s{settings};
  s.fails();
  s.fetch(within(0s));
  s.time.advance(24h);
  CHECK(s.calls() > 1000);
  s.gives();
  s.time.advance(1min);
  CHECK(s.fetch(within(0s)).value().generation.count == 1);
}

TEST_CASE("a source that cannot even be asked makes no hot loop", "[I8][I9]") {
  scene s;
  s.source.kill();
  s.time.settle();
  const auto waiting = s.fetch(reporting());
  CHECK(waiting.error() == errc::source_down);
  s.fetch(within(0s));
  s.time.advance(10s);
  // At 0, 1, 2.5, 4.75, and 8.125 s.
  CHECK(s.status().attempts == 5);
  CHECK(s.status().failures == 5);
}

TEST_CASE("the limit of an attempt does not depend on the source",
          "[I5][I15]") {
  scene s;
  // The budget is passed on, and ignored.
  const auto waiting = s.fetch(reporting());
  REQUIRE(s.calls() == 1);
  CHECK(s.source.calls()[0].what.budget == 5s);
  s.time.advance(5s);
  CHECK(waiting.error() == errc::attempt_timed_out);
  const auto hasty
    = s.fetch(with([](auto& x) { x.renew_request_timeout = 300ms; }));
  s.time.advance(300ms);
  CHECK(hasty.error() == errc::timed_out);
}

TEST_CASE("the strings 0 and false enable no flag", "[I16]") {
  scene s;
  s.gives();
  s.fetch();
  s.time.advance(10s);
  for (const auto* off : {"0", "false"}) {
    const auto opts = parse_fetch_options({
      {"token_renew_required", off},
      {"token_renew_synchronous", off},
      {"token_renew_report_error", off},
    });
    REQUIRE(opts);
    CHECK(s.fetch(*opts).value().generation.count == 1);
  }
  CHECK(s.calls() == 1);
}

TEST_CASE("renderings show no part of a secret", "[I19]") {
  const auto canary = std::string{"c4n4ry-0123456789-abcdefghijklmnop"};
  auto shows = [&](const std::string& rendered) {
    for (std::size_t i = 0; i + 4 <= canary.size(); ++i)
      if (rendered.find(canary.substr(i, 4)) != std::string::npos)
        return true;
    return false;
  };
  scene s;
  event_log log{s.bearer};
  s.source.replies_with(make_token(canary));
  const auto got = s.fetch().value();
  CHECK(got.access_token.view() == canary);
  CHECK(!shows(to_string(got)));
  CHECK(!shows(caf::deep_to_string(got)));
  CHECK(!shows(caf::deep_to_string(got.access_token)));
  CHECK(!shows(to_string(got.access_token)));
  CHECK(!shows(caf::deep_to_string(s.status())));
  s.time.advance(10s);
  s.reject(got);
  for (const auto& what : log.all())
    CHECK(!shows(caf::deep_to_string(what)));
  s.fetch(forced());
  CHECK(!shows(caf::deep_to_string(s.source.calls().back().what)));
  CHECK(!shows(to_string(s.status().last_error)));
}
