#include <bearer/fetch_options.hpp>

#include "support/fixture.hpp"

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <vector>

/// The faults of the documented reference that must not return, one test each.

using namespace bearer;
using namespace bearer::test;
using namespace std::chrono_literals;

TEST_CASE("concurrent synchronous fetches are all answered", "[I1][I5]") {
  fixture fx;
  auto all = std::vector<pending_fetch>{};
  for (int i = 0; i < 10; ++i) {
    all.push_back(fx.fetch(renew_synchronous()));
    fx.time.advance(100ms);
  }
  SECTION("with a token") {
    fx.source.answer(0, fx.fresh_token());
    fx.time.settle();
    for (const auto& one : all)
      CHECK(one.value().generation.count == 1);
  }
  SECTION("with an error") {
    fx.source.answer(0, outage());
    fx.time.settle();
    for (const auto& one : all)
      CHECK(one.error() == errc::command_failed);
  }
  CHECK(fx.calls() == 1);
}

TEST_CASE("a synchronous fetch does not cancel the flight others wait for",
          "[I1][I7]") {
  fixture fx;
  fx.source.takes(3s);
  fx.source_issues();
  const auto plain = fx.fetch();
  fx.time.advance(2s);
  const auto synchronous = fx.fetch(renew_synchronous());
  fx.time.advance(1s);
  CHECK(plain.value().generation.count == 1);
  CHECK(synchronous.value().generation.count == 1);
  CHECK(fx.calls() == 1);
}

TEST_CASE("stop leaves no waiter hanging", "[I5][I14]") {
  fixture fx;
  auto all = std::vector<pending_fetch>{};
  auto ask = [&] {
    all.push_back(fx.fetch());
    all.push_back(fx.fetch(renew_synchronous()));
    all.push_back(fx.fetch(report_error()));
    all.push_back(fx.fetch(timeout(caf::infinite)));
  };
  SECTION("in flight") {
    ask();
  }
  SECTION("in the backoff") {
    fx.source_fails();
    fx.fetch();
    fx.time.advance(5s);
    all.push_back(fx.fetch());
    all.push_back(fx.fetch(report_error()));
  }
  for (const auto& one : all)
    REQUIRE(!one.done());
  fx.bearer.stop();
  fx.time.settle();
  for (const auto& one : all)
    CHECK(one.error() == errc::stopped);
  CHECK(fx.fetch().error() == errc::stopped);
  const auto calls = fx.calls();
  fx.time.advance(1h);
  CHECK(fx.calls() == calls);
  CHECK(fx.time.timers() == 0);
}

TEST_CASE("expired tokens are not served", "[I2]") {
  fixture fx;
  fx.source_issues(1000s);
  fx.fetch();
  fx.source_fails();
  fx.time.advance(1001s);
  CHECK(fx.fetch(timeout(0s)).error() == errc::timed_out);
}

TEST_CASE("rejected tokens are not served", "[I4]") {
  fixture fx;
  fx.source_issues(1000s);
  const auto first = fx.fetch().value();
  fx.source_fails();
  fx.reject(first);
  CHECK(fx.fetch(timeout(0s)).error() == errc::timed_out);
}

TEST_CASE("late refusals of a token that was replaced renew nothing", "[I4]") {
  fixture fx;
  fx.source_issues();
  const auto first = fx.fetch().value();
  fx.time.advance(10s);
  fx.reject(first);
  REQUIRE(fx.calls() == 2);
  for (int i = 0; i < 100; ++i) {
    fx.time.advance(2s);
    fx.reject(first);
  }
  CHECK(fx.calls() == 2);
  CHECK(fx.fetch(timeout(0s)).value().generation.count == 2);
}

TEST_CASE("no request bypasses the backoff", "[I8]") {
  fixture fx;
  fx.source_issues(1000s);
  const auto first = fx.fetch().value();
  fx.source_fails();
  fx.time.advance(900s);
  REQUIRE(fx.calls() == 2);
  // The first delay, then the second one after the call at 901 s.
  fx.time.advance(1s);
  REQUIRE(fx.calls() == 3);
  fx.time.advance(1s);
  fx.bearer.request_renewal();
  fx.bearer.prefetch();
  fx.fetch(renew_required());
  fx.fetch(report_error());
  fx.reject(first);
  CHECK(fx.calls() == 3);
  fx.time.advance(500ms);
  CHECK(fx.calls() == 4);
}

TEST_CASE("a day of outage does not end the loop", "[I9][I11]") {
  auto settings = exact_settings();
  settings.retry_timeout_exponent = 1e100;
  fixture fx{settings};
  fx.source_fails();
  fx.fetch(timeout(0s));
  fx.time.advance(24h);
  CHECK(fx.calls() > 1000);
  fx.source_issues();
  fx.time.advance(1min);
  CHECK(fx.fetch(timeout(0s)).value().generation.count == 1);
}

TEST_CASE("a source that cannot even be asked makes no hot loop", "[I8][I9]") {
  fixture fx;
  fx.source.kill();
  fx.time.settle();
  const auto waiting = fx.fetch(report_error());
  CHECK(waiting.error() == errc::source_down);
  fx.fetch(timeout(0s));
  fx.time.advance(10s);
  // At 0, 1, 2.5, 4.75, and 8.125 s.
  CHECK(fx.status().attempts == 5);
  CHECK(fx.status().failures == 5);
}

TEST_CASE("the limit of an attempt does not depend on the source",
          "[I5][I15]") {
  fixture fx;
  // The budget is passed on, and ignored.
  const auto waiting = fx.fetch(report_error());
  REQUIRE(fx.calls() == 1);
  CHECK(fx.source.calls()[0].what.budget == 5s);
  fx.time.advance(5s);
  CHECK(waiting.error() == errc::attempt_timed_out);
  const auto hasty
    = fx.fetch(with([](auto& x) { x.renew_request_timeout = 300ms; }));
  fx.time.advance(300ms);
  CHECK(hasty.error() == errc::timed_out);
}

TEST_CASE("the strings 0 and false enable no flag", "[I16]") {
  fixture fx;
  fx.source_issues();
  fx.fetch();
  fx.time.advance(10s);
  for (const auto* off : {"0", "false"}) {
    const auto opts = parse_fetch_options({
      {"token_renew_required", off},
      {"token_renew_synchronous", off},
      {"token_renew_report_error", off},
    });
    REQUIRE(opts);
    CHECK(fx.fetch(*opts).value().generation.count == 1);
  }
  CHECK(fx.calls() == 1);
}

TEST_CASE("renderings show no part of a secret", "[I19]") {
  const auto canary = std::string{"c4n4ry-0123456789-abcdefghijklmnop"};
  auto shows = [&](const std::string& rendered) {
    for (std::size_t i = 0; i + 4 <= canary.size(); ++i)
      if (rendered.find(canary.substr(i, 4)) != std::string::npos)
        return true;
    return false;
  };
  fixture fx;
  event_log log{fx.bearer};
  fx.source.replies_with(make_token(canary));
  const auto got = fx.fetch().value();
  CHECK(got.access_token.view() == canary);
  CHECK(!shows(to_string(got)));
  CHECK(!shows(caf::deep_to_string(got)));
  CHECK(!shows(caf::deep_to_string(got.access_token)));
  CHECK(!shows(to_string(got.access_token)));
  CHECK(!shows(caf::deep_to_string(fx.status())));
  fx.time.advance(10s);
  fx.reject(got);
  for (const auto& what : log.all())
    CHECK(!shows(caf::deep_to_string(what)));
  fx.fetch(renew_required());
  CHECK(!shows(caf::deep_to_string(fx.source.calls().back().what)));
  CHECK(!shows(to_string(fx.status().last_error)));
}
