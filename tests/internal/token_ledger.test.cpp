#include <bearer/error.hpp>
#include <bearer/internal/token_ledger.hpp>

#include "support/scripted_source.hpp"

#include <catch2/catch_test_macros.hpp>

#include <chrono>

using namespace bearer;
using namespace bearer::test;
using namespace std::chrono_literals;

namespace {

/// A ledger, and the time as it passes on both clocks.
struct books {
  internal::token_ledger ledger{17};
  renewal_settings settings;
  internal::time_reading now{internal::steady_time{100s},
                             caf::timestamp{1'000'000s}};

  token expiring(std::string_view secret, caf::timespan lifetime) const {
    return make_token(secret, now.wall, lifetime);
  }

  void accept(const token& tok) {
    REQUIRE(ledger.find_fault(tok, now) == caf::error{});
    ledger.accept(settings, tok, now);
  }

  void pass(caf::timespan time) {
    now.steady += time;
    now.wall += time;
  }
};

} // namespace

TEST_CASE("a cleared ledger holds no secret any more", "[token_ledger][I19]") {
  books b;
  b.accept(make_token("refused"));
  CHECK(b.ledger.reject(1));
  b.accept(make_token("good"));
  REQUIRE(b.ledger.find_fault(make_token("refused"), b.now)
          == errc::rejected_token);
  b.ledger.clear();
  CHECK(b.ledger.current().access_token.empty());
  CHECK(b.ledger.given().access_token.empty());
  // It could not tell if it still knew.
  CHECK(b.ledger.find_fault(make_token("refused"), b.now) == caf::error{});
}

TEST_CASE("the ledger numbers new secrets and keeps the number of old ones",
          "[token_ledger][I3]") {
  books b;
  CHECK(b.ledger.newest() == generation{17, 0});
  b.accept(make_token("one"));
  CHECK(b.ledger.current().generation == generation{17, 1});
  b.accept(make_token("one"));
  CHECK(b.ledger.current().generation == generation{17, 1});
  b.accept(make_token("two"));
  CHECK(b.ledger.current().generation == generation{17, 2});
}

TEST_CASE("a token ends when the first of both clocks says so",
          "[token_ledger][I13]") {
  books b;
  b.accept(b.expiring("x", 1000s));
  b.pass(989s);
  CHECK(b.ledger.usable(b.now));
  CHECK_FALSE(b.ledger.expire(b.now));
  auto wall_ahead = b.now;
  wall_ahead.wall += 1s;
  CHECK_FALSE(b.ledger.usable(wall_ahead));
  auto steady_ahead = b.now;
  steady_ahead.steady += 1s;
  CHECK_FALSE(b.ledger.usable(steady_ahead));
  CHECK(b.ledger.expire(wall_ahead));
  CHECK(b.ledger.current().access_token.empty());
  // The source may still be told which one is to be replaced.
  CHECK(b.ledger.given().access_token.view() == "x");
}

TEST_CASE("rejecting an older count ends nothing", "[token_ledger][I4]") {
  books b;
  b.accept(make_token("one"));
  b.accept(make_token("two"));
  CHECK_FALSE(b.ledger.reject(1));
  CHECK(b.ledger.fresh(0, b.now));
  CHECK(b.ledger.reject(2));
  CHECK_FALSE(b.ledger.reject(2));
  CHECK(b.ledger.rejected());
  CHECK_FALSE(b.ledger.fresh(0, b.now));
}
