#include "support/fixture.hpp"

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <vector>

using namespace bearer;
using namespace bearer::test;
using namespace std::chrono_literals;

TEST_CASE("after a rejection no fetch gets that token", "[I4]") {
  fixture fx;
  fx.source_issues();
  const auto first = fx.fetch().value();
  fx.time.advance(10s);
  // Nothing is delivered between the two.
  fx.bearer.reject(first.generation);
  const auto after = test::fetch(fx.bearer);
  fx.time.settle();
  CHECK(after.value().generation.count == 2);
}

TEST_CASE("a rejected token stays away even if renewal fails", "[I4]") {
  fixture fx;
  fx.source_issues(1000s);
  const auto first = fx.fetch().value();
  fx.source_fails();
  fx.time.advance(10s);
  fx.reject(first);
  for (int i = 0; i < 100; ++i) {
    CHECK(fx.fetch(timeout(0s)).error() == errc::timed_out);
    fx.time.advance(1s);
  }
}

TEST_CASE("a request for renewal does not bring a rejected token back",
          "[I4]") {
  fixture fx;
  fx.source_issues(1000s);
  const auto first = fx.fetch().value();
  fx.source_fails();
  fx.time.advance(10s);
  fx.bearer.request_renewal();
  fx.reject(first);
  fx.bearer.request_renewal();
  fx.time.advance(30s);
  CHECK(fx.fetch(timeout(0s)).error() == errc::timed_out);
  CHECK(fx.bearer.is_renewal_required());
}

TEST_CASE("a rejection is renewed as soon as the rate limit allows",
          "[I4][I8]") {
  fixture fx;
  fx.source_issues();
  const auto first = fx.fetch().value();
  fx.time.advance(300ms);
  fx.reject(first);
  fx.time.advance(700ms - 1ns);
  CHECK(fx.calls() == 1);
  fx.time.advance(1ns);
  CHECK(fx.calls() == 2);
  CHECK(fx.source.calls()[1].what.reason == attempt_reason::rejected);
  CHECK(text(fx.source.calls()[1].what.previous) == text(first));
  CHECK(fx.fetch().value().generation.count == 2);
}

TEST_CASE("rejecting an older generation does nothing", "[I4]") {
  fixture fx;
  fx.source_issues();
  const auto first = fx.fetch().value();
  fx.time.advance(10s);
  const auto second = fx.fetch(renew_required()).value();
  fx.time.advance(10s);
  for (int i = 0; i < 100; ++i)
    fx.reject(first);
  fx.time.advance(1min);
  CHECK(fx.calls() == 2);
  CHECK(fx.fetch().value().generation == second.generation);
  CHECK(fx.status().stale_rejections == 100);
}

TEST_CASE("a thousand rejections of one generation cause one call", "[I4]") {
  fixture fx;
  fx.source_issues();
  const auto first = fx.fetch().value();
  fx.time.advance(10s);
  SECTION("at once") {
    for (int i = 0; i < 1000; ++i)
      fx.bearer.reject(first.generation);
  }
  SECTION("one after the other") {
    for (int i = 0; i < 1000; ++i) {
      fx.reject(first);
      fx.time.advance(10ms);
    }
  }
  fx.time.advance(1min);
  CHECK(fx.calls() == 2);
  CHECK(fx.fetch().value().generation.count == 2);
}

TEST_CASE("a flight begun before the rejection counts", "[I4]") {
  fixture fx;
  fx.source_issues(100s);
  const auto first = fx.fetch().value();
  fx.source.stays_silent();
  fx.time.advance(91s);
  REQUIRE(fx.calls() == 2);
  fx.reject(first);
  const auto waiting = fx.fetch();
  fx.source.answer(1, fx.fresh_token(100s));
  fx.time.settle();
  CHECK(waiting.value().generation.count == 2);
  fx.time.advance(30s);
  CHECK(fx.calls() == 2);
}

TEST_CASE("a flight begun before the rejection that brings the rejected secret "
          "does not count",
          "[I4]") {
  fixture fx;
  fx.source_issues(100s);
  const auto first = fx.fetch().value();
  fx.source.stays_silent();
  fx.time.advance(91s);
  fx.reject(first);
  const auto waiting = fx.fetch();
  fx.source.answer(1, make_token(text(first), fx.time.wall(), 100s));
  fx.time.settle();
  CHECK(!waiting.done());
  CHECK(fx.status().last_error == errc::rejected_token);
  fx.time.advance(1s);
  REQUIRE(fx.calls() == 3);
  CHECK(fx.source.calls()[2].what.reason == attempt_reason::rejected);
  fx.source.answer(2, fx.fresh_token(100s));
  fx.time.settle();
  CHECK(waiting.value().generation.count == 2);
}

TEST_CASE("a generation never published is an error", "[I4]") {
  fixture fx;
  fx.source_issues();
  const auto first = fx.fetch().value().generation;
  auto wrong = std::vector{generation{first.id, 2}, generation{first.id + 1, 1},
                           generation{first.id, ~std::uint64_t{0}}};
  for (const auto& what : wrong) {
    auto error = std::make_shared<caf::error>();
    fx.time.sys().spawn(
      [error, what, to = fx.bearer.actor()](caf::event_based_actor* self) {
        detail::mail(self, reject_atom_v, what)
          .request(to, caf::infinite)
          .then([] {}, [error](const caf::error& err) { *error = err; });
      });
    fx.time.settle();
    CHECK(*error == errc::unknown_generation);
    CHECK(fx.fetch(newer_than(what)).error() == errc::unknown_generation);
  }
  fx.time.advance(10s);
  CHECK(fx.calls() == 1);
  CHECK(fx.fetch().value().generation == first);
}

TEST_CASE("a receiver rejects its token once and then wants a newer one",
          "[I4]") {
  auto settings = exact_settings();
  settings.max_retries = 5;
  fixture fx{settings};
  fx.source_issues();
  auto receiver = fx.bearer.receiver();
  auto first = fetch(fx.time.sys(), receiver);
  fx.time.advance(10s);
  const auto unauthorized = caf::make_error(caf::sec::runtime_error, "401");
  auto yes = can_retry(fx.time.sys(), receiver, unauthorized);
  auto again = can_retry(fx.time.sys(), receiver, unauthorized);
  auto second = fetch(fx.time.sys(), receiver);
  fx.time.settle();
  CHECK(*yes == true);
  CHECK(*again == true);
  CHECK(first.value().generation.count == 1);
  CHECK(second.value().generation.count == 2);
  fx.time.advance(1min);
  CHECK(fx.calls() == 2);
  CHECK(fx.status().stale_rejections == 0);
}

TEST_CASE("a receiver sends one rejection, however often it is asked", "[I4]") {
  auto settings = exact_settings();
  settings.max_retries = 5;
  fixture fx{settings};
  fx.source_issues();
  auto receiver = fx.bearer.receiver();
  fetch(fx.time.sys(), receiver);
  fx.time.advance(10s);
  fx.source.stays_silent();
  for (int i = 0; i < 3; ++i)
    can_retry(fx.time.sys(), receiver,
              caf::make_error(caf::sec::runtime_error, "401"));
  fx.time.settle();
  CHECK(fx.calls() == 2);
  CHECK(fx.status().coalesced == 0);
}

TEST_CASE(
  "a publication that crosses a rejection does not bring the token back",
  "[I4]") {
  fixture fx;
  fx.source_issues(1000s);
  const auto first = fx.fetch().value();
  fx.time.advance(10s);
  fx.source.stays_silent();
  fx.bearer.request_renewal();
  fx.time.settle();
  REQUIRE(fx.calls() == 2);
  // The attempt reaches its limit, after which the current token is published
  // again, in the moment of the rejection.
  auto& clock = fx.time.sys().clock();
  clock.schedule(clock.now() + 5s,
                 caf::make_action(
                   [to = fx.bearer.actor(), what = first.generation]() mutable {
                     detail::anon_mail(to, reject_atom_v, what);
                     to = nullptr;
                   }));
  fx.time.advance(5s);
  CHECK(fx.status().failures == 1);
  CHECK(fx.fetch(timeout(0s)).error() == errc::timed_out);
  CHECK(fx.bearer.is_renewal_required());
}

TEST_CASE("late refusals of a replaced token renew nothing", "[I4]") {
  fixture fx;
  fx.source_issues();
  const auto unauthorized = caf::make_error(caf::sec::runtime_error, "401");
  auto receivers = std::vector<receiver_actor>{};
  for (int i = 0; i < 50; ++i) {
    receivers.push_back(fx.bearer.receiver());
    fetch(fx.time.sys(), receivers.back());
  }
  fx.time.advance(10s);
  for (auto& receiver : receivers) {
    can_retry(fx.time.sys(), receiver, unauthorized);
    auto second = fetch(fx.time.sys(), receiver);
    fx.time.advance(2s);
    CHECK(second.value().generation.count == 2);
  }
  CHECK(fx.calls() == 2);
}

TEST_CASE("a receiver allows max_retries fetches in all", "[I4]") {
  fixture fx;
  fx.source_issues();
  auto receiver = fx.bearer.receiver();
  const auto unauthorized = caf::make_error(caf::sec::runtime_error, "401");
  fetch(fx.time.sys(), receiver);
  fx.time.settle();
  auto first = can_retry(fx.time.sys(), receiver, unauthorized);
  fx.time.advance(10s);
  fetch(fx.time.sys(), receiver);
  fx.time.settle();
  auto second = can_retry(fx.time.sys(), receiver, unauthorized);
  fx.time.advance(10s);
  CHECK(*first == true);
  CHECK(*second == false);
  CHECK(fx.calls() == 2);
}
