#include "support/scene.hpp"

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <vector>

using namespace bearer;
using namespace bearer::test;
using namespace std::chrono_literals;

TEST_CASE("after a rejection no fetch gets that token", "[I4]") {
  scene s;
  s.gives();
  const auto first = s.fetch().value();
  s.time.advance(10s);
  // Nothing is delivered between the two.
  s.bearer.reject(first.generation);
  const auto after = test::fetch(s.bearer);
  s.time.settle();
  CHECK(after.value().generation.count == 2);
}

TEST_CASE("a rejected token stays away even if renewal fails", "[I4]") {
  scene s;
  s.gives(1000s);
  const auto first = s.fetch().value();
  s.fails();
  s.time.advance(10s);
  s.reject(first);
  for (int i = 0; i < 100; ++i) {
    CHECK(s.fetch(within(0s)).error() == errc::timed_out);
    s.time.advance(1s);
  }
}

TEST_CASE("a request for renewal does not bring a rejected token back",
          "[I4]") {
  scene s;
  s.gives(1000s);
  const auto first = s.fetch().value();
  s.fails();
  s.time.advance(10s);
  s.bearer.request_renewal();
  s.reject(first);
  s.bearer.request_renewal();
  s.time.advance(30s);
  CHECK(s.fetch(within(0s)).error() == errc::timed_out);
  CHECK(s.bearer.is_renewal_required());
}

TEST_CASE("a rejection is renewed as soon as the rate limit allows",
          "[I4][I8]") {
  scene s;
  s.gives();
  const auto first = s.fetch().value();
  s.time.advance(300ms);
  s.reject(first);
  s.time.advance(700ms - 1ns);
  CHECK(s.calls() == 1);
  s.time.advance(1ns);
  CHECK(s.calls() == 2);
  CHECK(s.source.calls()[1].what.reason == attempt_reason::rejected);
  CHECK(text(s.source.calls()[1].what.previous) == text(first));
  CHECK(s.fetch().value().generation.count == 2);
}

TEST_CASE("rejecting an older generation does nothing", "[I4]") {
  scene s;
  s.gives();
  const auto first = s.fetch().value();
  s.time.advance(10s);
  const auto second = s.fetch(forced()).value();
  s.time.advance(10s);
  for (int i = 0; i < 100; ++i)
    s.reject(first);
  s.time.advance(1min);
  CHECK(s.calls() == 2);
  CHECK(s.fetch().value().generation == second.generation);
  CHECK(s.status().stale_rejections == 100);
}

TEST_CASE("a thousand rejections of one generation cause one call", "[I4]") {
  scene s;
  s.gives();
  const auto first = s.fetch().value();
  s.time.advance(10s);
  SECTION("at once") {
    for (int i = 0; i < 1000; ++i)
      s.bearer.reject(first.generation);
  }
  SECTION("one after the other") {
    for (int i = 0; i < 1000; ++i) {
      s.reject(first);
      s.time.advance(10ms);
    }
  }
  s.time.advance(1min);
  CHECK(s.calls() == 2);
  CHECK(s.fetch().value().generation.count == 2);
}

TEST_CASE("a flight begun before the rejection counts", "[I4]") {
  scene s;
  s.gives(100s);
  const auto first = s.fetch().value();
  s.source.stays_silent();
  s.time.advance(91s);
  REQUIRE(s.calls() == 2);
  s.reject(first);
  const auto waiting = s.fetch();
  s.source.answer(1, s.fresh(100s));
  s.time.settle();
  CHECK(waiting.value().generation.count == 2);
  s.time.advance(30s);
  CHECK(s.calls() == 2);
}

TEST_CASE("a flight begun before the rejection that brings the rejected secret "
          "does not count",
          "[I4]") {
  scene s;
  s.gives(100s);
  const auto first = s.fetch().value();
  s.source.stays_silent();
  s.time.advance(91s);
  s.reject(first);
  const auto waiting = s.fetch();
  s.source.answer(1, make_token(text(first), s.time.wall(), 100s));
  s.time.settle();
  CHECK(!waiting.done());
  CHECK(s.status().last_error == errc::rejected_token);
  s.time.advance(1s);
  REQUIRE(s.calls() == 3);
  CHECK(s.source.calls()[2].what.reason == attempt_reason::rejected);
  s.source.answer(2, s.fresh(100s));
  s.time.settle();
  CHECK(waiting.value().generation.count == 2);
}

TEST_CASE("a generation never published is an error", "[I4]") {
  scene s;
  s.gives();
  const auto first = s.fetch().value().generation;
  auto wrong = std::vector{generation{first.id, 2}, generation{first.id + 1, 1},
                           generation{first.id, ~std::uint64_t{0}}};
  for (const auto& what : wrong) {
    auto error = std::make_shared<caf::error>();
    s.time.sys().spawn(
      [error, what, to = s.bearer.actor()](caf::event_based_actor* self) {
        detail::mail(self, reject_atom_v, what)
          .request(to, caf::infinite)
          .then([] {}, [error](const caf::error& err) { *error = err; });
      });
    s.time.settle();
    CHECK(*error == errc::unknown_generation);
    CHECK(s.fetch(newer_than(what)).error() == errc::unknown_generation);
  }
  s.time.advance(10s);
  CHECK(s.calls() == 1);
  CHECK(s.fetch().value().generation == first);
}

TEST_CASE("a receiver rejects its token once and then wants a newer one",
          "[I4]") {
  auto settings = exact();
  settings.max_retries = 5;
  scene s{settings};
  s.gives();
  auto receiver = s.bearer.receiver();
  auto first = fetch(s.time.sys(), receiver);
  s.time.advance(10s);
  const auto unauthorized = caf::make_error(caf::sec::runtime_error, "401");
  auto yes = can_retry(s.time.sys(), receiver, unauthorized);
  auto again = can_retry(s.time.sys(), receiver, unauthorized);
  auto second = fetch(s.time.sys(), receiver);
  s.time.settle();
  CHECK(*yes == true);
  CHECK(*again == true);
  CHECK(first.value().generation.count == 1);
  CHECK(second.value().generation.count == 2);
  s.time.advance(1min);
  CHECK(s.calls() == 2);
  CHECK(s.status().stale_rejections == 0);
}

TEST_CASE("a receiver sends one rejection, however often it is asked", "[I4]") {
  auto settings = exact();
  settings.max_retries = 5;
  scene s{settings};
  s.gives();
  auto receiver = s.bearer.receiver();
  fetch(s.time.sys(), receiver);
  s.time.advance(10s);
  s.source.stays_silent();
  for (int i = 0; i < 3; ++i)
    can_retry(s.time.sys(), receiver,
              caf::make_error(caf::sec::runtime_error, "401"));
  s.time.settle();
  CHECK(s.calls() == 2);
  CHECK(s.status().coalesced == 0);
}

TEST_CASE(
  "a publication that crosses a rejection does not bring the token back",
  "[I4]") {
  scene s;
  s.gives(1000s);
  const auto first = s.fetch().value();
  s.time.advance(10s);
  s.source.stays_silent();
  s.bearer.request_renewal();
  s.time.settle();
  REQUIRE(s.calls() == 2);
  // The attempt reaches its limit, after which the current token is published
  // again, in the moment of the rejection.
  auto& clock = s.time.sys().clock();
  clock.schedule(clock.now() + 5s,
                 caf::make_action(
                   [to = s.bearer.actor(), what = first.generation]() mutable {
                     detail::anon_mail(to, reject_atom_v, what);
                     to = nullptr;
                   }));
  s.time.advance(5s);
  CHECK(s.status().failures == 1);
  CHECK(s.fetch(within(0s)).error() == errc::timed_out);
  CHECK(s.bearer.is_renewal_required());
}

TEST_CASE("late refusals of a replaced token renew nothing", "[I4]") {
  scene s;
  s.gives();
  const auto unauthorized = caf::make_error(caf::sec::runtime_error, "401");
  auto receivers = std::vector<receiver_actor>{};
  for (int i = 0; i < 50; ++i) {
    receivers.push_back(s.bearer.receiver());
    fetch(s.time.sys(), receivers.back());
  }
  s.time.advance(10s);
  for (auto& receiver : receivers) {
    can_retry(s.time.sys(), receiver, unauthorized);
    auto second = fetch(s.time.sys(), receiver);
    s.time.advance(2s);
    CHECK(second.value().generation.count == 2);
  }
  CHECK(s.calls() == 2);
}

TEST_CASE("a receiver allows max_retries fetches in all", "[I4]") {
  scene s;
  s.gives();
  auto receiver = s.bearer.receiver();
  const auto unauthorized = caf::make_error(caf::sec::runtime_error, "401");
  fetch(s.time.sys(), receiver);
  s.time.settle();
  auto first = can_retry(s.time.sys(), receiver, unauthorized);
  s.time.advance(10s);
  fetch(s.time.sys(), receiver);
  s.time.settle();
  auto second = can_retry(s.time.sys(), receiver, unauthorized);
  s.time.advance(10s);
  CHECK(*first == true);
  CHECK(*second == false);
  CHECK(s.calls() == 2);
}
