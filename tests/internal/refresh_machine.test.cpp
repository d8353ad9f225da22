#include <bearer/error.hpp>
#include <bearer/freshness.hpp>
#include <bearer/internal/refresh_machine.hpp>

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <limits>
#include <string>

using namespace bearer;
using namespace bearer::internal;
using namespace std::chrono_literals;

namespace {

constexpr auto id = std::uint64_t{0xbea};

/// A machine together with a pair of clocks that the test moves.
struct bench {
  renewal_settings settings = exact();
  time_reading now{steady_time{1h}, caf::timestamp{24h * 365 * 30}};
  refresh_machine machine{settings, id, 1};

  static renewal_settings exact() {
    auto result = renewal_settings{};
    result.retry_jitter = 0;
    return result;
  }

  void pass(caf::timespan by) {
    now.steady += by;
    now.wall += by;
  }

  token make(std::string_view text,
             std::optional<caf::timespan> lifetime = std::nullopt) const {
    auto result = token{};
    result.access_token = secret{text};
    if (lifetime)
      result.expires_at = now.wall + *lifetime;
    return result;
  }

  /// Fetches and starts the first attempt.
  attempt begin() {
    REQUIRE(!machine.fetch({}, now));
    auto result = machine.start_if_due(now);
    REQUIRE(result);
    return *result;
  }

  /// Publishes a first token.
  void publish(caf::timespan lifetime) {
    begin();
    REQUIRE(machine.finish(make("first", lifetime), now).success());
  }

  /// The same with a number that its source has given it.
  void publish_numbered(const generation& number) {
    begin();
    auto given = make("first", 1h);
    given.generation = number;
    REQUIRE(machine.finish(given, now).success());
  }

  attempt_result fail() {
    return machine.finish(caf::make_error(errc::busy), now);
  }

  // What the source says that has had all attempts.

  void expect_newer() {
    machine.expect_newer(machine.snapshot(now).attempts, now);
  }

  void look_again() {
    machine.look_again(machine.snapshot(now).attempts, now);
  }

  void note_obstacle(const caf::error& what) {
    machine.note_obstacle(machine.snapshot(now).attempts, what);
  }

  std::optional<caf::timespan> wakeup() const {
    auto when = machine.next_wakeup();
    return when ? std::optional{caf::timespan{*when - now.steady}}
                : std::nullopt;
  }
};

} // namespace

TEST_CASE("an unused machine wants nothing", "[I10]") {
  bench b;
  CHECK(!b.machine.next_wakeup());
  CHECK(!b.machine.observe(b.now));
  CHECK(!b.machine.start_if_due(b.now));
  CHECK(!b.machine.overdue(b.now));
  b.machine.request_renewal(b.now);
  CHECK(!b.machine.start_if_due(b.now));
  CHECK(!b.machine.holding());
  CHECK(b.machine.snapshot(b.now).state == bearer_state::idle);
  CHECK(b.machine.newest() == generation{id, 0});
}

TEST_CASE("the first fetch starts the first attempt", "[I10]") {
  bench b;
  const auto what = b.begin();
  CHECK(what.number == 1);
  CHECK(what.budget == 5s);
  CHECK(what.reason == attempt_reason::first);
  CHECK(b.machine.in_flight());
  CHECK(b.wakeup() == 5s);
  CHECK(!b.machine.start_if_due(b.now));
}

TEST_CASE("the serials of attempts count on over success and failure", "[I8]") {
  bench b;
  CHECK(b.begin().serial == 1);
  REQUIRE(b.machine.finish(b.make("first", 2s), b.now).success());
  const auto next = [&] {
    b.pass(1min);
    b.machine.observe(b.now);
    const auto what = b.machine.start_if_due(b.now);
    REQUIRE(what);
    return what->serial;
  };
  CHECK(next() == 2);
  b.fail();
  CHECK(next() == 3);
  CHECK(b.machine.snapshot(b.now).attempts == 3);
}

TEST_CASE("a source is told what was rejected last, whatever came since",
          "[I4]") {
  bench b;
  CHECK(b.begin().rejected.empty());
  REQUIRE(b.machine.finish(b.make("first"), b.now).success());
  const auto renew = [&] {
    b.machine.request_renewal(b.now);
    b.pass(1min);
    const auto what = b.machine.start_if_due(b.now);
    REQUIRE(what);
    REQUIRE(b.machine.finish(b.make("another"), b.now).success());
    return *what;
  };
  CHECK(renew().rejected.empty());
  REQUIRE(b.machine.reject(2, b.now));
  b.pass(1min);
  const auto what = b.machine.start_if_due(b.now);
  REQUIRE(what);
  CHECK(what->rejected == secret{"another"});
  REQUIRE(b.machine.finish(b.make("third"), b.now).success());
  b.machine.request_renewal(b.now);
  b.pass(1min);
  CHECK(b.machine.start_if_due(b.now)->rejected == secret{"another"});
}

TEST_CASE("an attempt is overdue at its limit, not before", "[I15]") {
  bench b;
  b.begin();
  b.pass(5s - 1ns);
  CHECK(!b.machine.overdue(b.now));
  b.pass(1ns);
  CHECK(b.machine.overdue(b.now));
  const auto result = b.machine.give_up(b.now);
  CHECK(result.how == events::outcome::given_up);
  CHECK(result.error == errc::attempt_timed_out);
  CHECK(!result.success());
  CHECK(!b.machine.overdue(b.now));
}

TEST_CASE("a token ends at usable_until by either clock", "[I2][I13]") {
  bench b;
  b.publish(1000s);
  CHECK(b.machine.usable_until() == b.now.wall + 990s);
  SECTION("the wall clock") {
    b.now.wall += 990s - 1ns;
    CHECK(b.machine.usable(b.now));
    CHECK(!b.machine.observe(b.now));
    b.now.wall += 1ns;
  }
  SECTION("the steady clock") {
    b.now.steady += 990s - 1ns;
    CHECK(b.machine.usable(b.now));
    CHECK(!b.machine.observe(b.now));
    b.now.steady += 1ns;
  }
  CHECK(!b.machine.usable(b.now));
  CHECK(b.machine.observe(b.now) == generation{id, 1});
  CHECK(b.machine.current().access_token.empty());
  CHECK(!b.machine.observe(b.now));
  CHECK(b.machine.newest() == generation{id, 1});
  // The end of the token is a reason to look as soon as the floor allows.
  b.pass(1s);
  const auto next = b.machine.start_if_due(b.now);
  REQUIRE(next);
  CHECK(next->reason == attempt_reason::scheduled);
}

TEST_CASE("the clocks are compared at least once a minute", "[I13]") {
  bench b;
  b.publish(10'000s);
  for (int i = 0; i < 10; ++i) {
    b.machine.observe(b.now);
    REQUIRE(b.wakeup());
    CHECK(*b.wakeup() <= 1min);
    b.pass(*b.wakeup());
  }
}

TEST_CASE("a token without end and refresh needs no looks", "[I10]") {
  bench b;
  b.begin();
  CHECK(b.machine.finish(b.make("first"), b.now).success());
  CHECK(!b.machine.next_wakeup());
  CHECK(b.machine.usable_until() == never);
}

TEST_CASE("a wall clock that has passed the refresh time starts it", "[I13]") {
  bench b;
  b.publish(1000s);
  b.pass(10s);
  b.now.wall += 890s - 1ns;
  b.machine.observe(b.now);
  CHECK(!b.machine.start_if_due(b.now));
  b.now.wall += 1ns;
  b.machine.observe(b.now);
  CHECK(b.machine.start_if_due(b.now));
}

TEST_CASE("a wall clock that runs ahead does not break backoff or floor",
          "[I8][I13]") {
  bench b;
  b.publish(1000s);
  SECTION("floor") {
    b.now.wall += 1h;
    b.machine.observe(b.now);
    CHECK(!b.machine.start_if_due(b.now));
    b.pass(1s);
    CHECK(b.machine.start_if_due(b.now));
  }
  SECTION("backoff") {
    b.pass(900s);
    REQUIRE(b.machine.start_if_due(b.now));
    b.fail();
    b.now.wall += 1h;
    b.machine.observe(b.now);
    b.pass(1s - 1ns);
    CHECK(!b.machine.start_if_due(b.now));
    b.pass(1ns);
    CHECK(b.machine.start_if_due(b.now));
  }
}

TEST_CASE("a retry keeps its reason unless a stronger one comes up", "[I10]") {
  bench b;
  b.publish(1000s);
  b.pass(10s);
  SECTION("requested by newer_than") {
    CHECK(!b.machine.fetch({1, false, false}, b.now));
    CHECK(b.machine.start_if_due(b.now)->reason == attempt_reason::requested);
    b.fail();
    b.pass(1s);
    CHECK(b.machine.start_if_due(b.now)->reason == attempt_reason::requested);
  }
  SECTION("requested by request_renewal, then rejected") {
    b.machine.request_renewal(b.now);
    CHECK(b.machine.start_if_due(b.now)->reason == attempt_reason::requested);
    b.fail();
    CHECK(b.machine.reject(1, b.now));
    b.pass(1s);
    CHECK(b.machine.start_if_due(b.now)->reason == attempt_reason::rejected);
  }
  CHECK(b.machine.finish(b.make("second", 1000s), b.now).success());
  b.pass(900s);
  CHECK(b.machine.start_if_due(b.now)->reason == attempt_reason::scheduled);
}

TEST_CASE("a request holds fetches while its attempt is near", "[hold]") {
  bench b;
  b.publish(1000s);
  b.pass(500ms);
  b.machine.request_renewal(b.now);
  CHECK(b.machine.holding());
  CHECK(!b.machine.fetch({}, b.now));
  b.pass(500ms);
  REQUIRE(b.machine.start_if_due(b.now));
  CHECK(!b.machine.fetch({}, b.now));
  SECTION("a new token ends the hold") {
    b.machine.finish(b.make("second", 1000s), b.now);
    CHECK(!b.machine.take_release());
  }
  SECTION("the same token ends the hold") {
    b.machine.finish(b.machine.current(), b.now);
    CHECK(!b.machine.take_release());
  }
  SECTION("a failure ends the hold and says so once") {
    const auto result = b.fail();
    CHECK(b.machine.settle({}, result, b.now));
    CHECK(b.machine.take_release());
    CHECK(!b.machine.take_release());
  }
  SECTION("the limit ends the hold and says so once") {
    b.pass(5s);
    b.machine.give_up(b.now);
    CHECK(b.machine.take_release());
    CHECK(!b.machine.take_release());
  }
  CHECK(!b.machine.holding());
  CHECK(b.machine.fetch({}, b.now));
}

TEST_CASE("a request never holds fetches through a backoff", "[hold]") {
  bench b;
  b.publish(1000s);
  b.pass(900s);
  b.machine.start_if_due(b.now);
  b.fail();
  b.machine.request_renewal(b.now);
  CHECK(!b.machine.holding());
  CHECK(b.machine.take_release());
  CHECK(b.machine.fetch({}, b.now));
  CHECK(!b.machine.start_if_due(b.now));
}

TEST_CASE("a generation beyond the newest is an error", "[I4]") {
  bench b;
  CHECK(b.machine.fetch({1, false, false}, b.now)->error()
        == errc::unknown_generation);
  b.publish(1000s);
  CHECK(b.machine.fetch({2, false, false}, b.now)->error()
        == errc::unknown_generation);
  CHECK(!b.machine.reject(2, b.now));
  CHECK(b.machine.usable(b.now));
}

TEST_CASE("only the first rejection of the newest generation counts", "[I4]") {
  bench b;
  b.publish(1000s);
  CHECK(b.machine.reject(1, b.now));
  CHECK(!b.machine.reject(1, b.now));
  CHECK(!b.machine.usable(b.now));
  CHECK(!b.machine.fetch({}, b.now));
  b.pass(1s);
  REQUIRE(b.machine.start_if_due(b.now));
  CHECK(b.machine.finish(b.make("first", 1000s), b.now).error
        == errc::rejected_token);
  b.pass(1s);
  REQUIRE(b.machine.start_if_due(b.now));
  CHECK(b.machine.finish(b.make("second", 1000s), b.now).success());
  CHECK(!b.machine.reject(1, b.now));
  CHECK(b.machine.usable(b.now));
  CHECK(b.machine.snapshot(b.now).stale_rejections == 1);
}

TEST_CASE("failures are counted to the end of their range", "[I9]") {
  bench b;
  b.begin();
  b.fail();
  for (int i = 0; i < 2000; ++i) {
    b.pass(1min);
    const auto next = b.machine.start_if_due(b.now);
    REQUIRE(next);
    REQUIRE(next->number == static_cast<std::uint64_t>(i) + 2);
    b.fail();
    REQUIRE(*b.wakeup() >= 1s);
    REQUIRE(*b.wakeup() <= 1min);
  }
  CHECK(b.machine.snapshot(b.now).failures == 2001);
}

TEST_CASE("a stopped machine does and knows nothing any more", "[I14]") {
  bench b;
  b.publish(1000s);
  b.pass(10s);
  b.machine.reject(1, b.now);
  b.machine.start_if_due(b.now);
  b.machine.stop();
  CHECK(!b.machine.in_flight());
  CHECK(!b.machine.next_wakeup());
  CHECK(b.machine.fetch({}, b.now)->error() == errc::stopped);
  CHECK(!b.machine.reject(1, b.now));
  b.machine.prefetch(b.now);
  b.machine.request_renewal(b.now);
  b.machine.observe(b.now);
  b.pass(1h);
  CHECK(!b.machine.start_if_due(b.now));
  CHECK(!b.machine.next_wakeup());
  CHECK(b.machine.snapshot(b.now).state == bearer_state::stopped);
  CHECK(!b.machine.snapshot(b.now).current);
}

TEST_CASE("the snapshot names the state", "[I18]") {
  bench b;
  auto state = [&b] { return b.machine.snapshot(b.now).state; };
  CHECK(state() == bearer_state::idle);
  b.begin();
  CHECK(state() == bearer_state::attempting);
  b.fail();
  CHECK(state() == bearer_state::backoff);
  CHECK(b.machine.snapshot(b.now).next_attempt_in == 1s);
  b.pass(1s);
  b.machine.start_if_due(b.now);
  b.machine.finish(b.make("first", 1000s), b.now);
  CHECK(state() == bearer_state::scheduled);
  const auto end = b.machine.snapshot(b.now);
  CHECK(end.next_attempt_in == 900s);
  CHECK(end.current == generation{id, 1});
  CHECK(end.expires_at == b.now.wall + 1000s);
  CHECK(end.attempts == 2);
  CHECK(end.failed_attempts == 1);
}

TEST_CASE("suppressed wishes are counted by cause and reported once", "[I18]") {
  bench b;
  b.begin();
  b.machine.fetch({}, b.now);
  b.machine.prefetch(b.now);
  CHECK(b.machine.take_suppressed() == events::suppressed{0, 2, 0});
  CHECK(b.machine.take_suppressed() == events::suppressed{});
  b.fail();
  b.machine.fetch({}, b.now);
  CHECK(b.machine.take_suppressed() == events::suppressed{0, 0, 1});
  const auto sums = b.machine.snapshot(b.now);
  CHECK(sums.coalesced == 2);
  CHECK(sums.rate_limited == 1);
}

TEST_CASE("clocks and lifetimes at the ends of time do no harm", "[I13]") {
  bench b;
  b.now.steady = steady_time::max() - 1h;
  b.begin();
  auto endless = b.make("endless");
  endless.expires_at = caf::timestamp::max();
  endless.refresh_after = caf::timespan::max();
  CHECK(b.machine.finish(endless, b.now).success());
  CHECK(b.machine.usable(b.now));
  b.pass(30min);
  b.machine.observe(b.now);
  CHECK(b.machine.usable(b.now));
  CHECK(!b.machine.start_if_due(b.now));
}

TEST_CASE("a token that has ended is of no use when it comes again", "[I3]") {
  bench b;
  b.publish(1000s);
  const auto same = b.machine.current();
  b.pass(992s);
  b.machine.observe(b.now);
  REQUIRE(b.machine.start_if_due(b.now));
  SECTION("with the expiry it had") {
    CHECK(b.machine.finish(same, b.now).error == errc::expired_token);
    CHECK(!b.machine.usable(b.now));
  }
  SECTION("unless it expires later now") {
    const auto result = b.machine.finish(b.make("first", 1000s), b.now);
    CHECK(result.how == events::outcome::unchanged);
    CHECK(b.machine.usable(b.now));
    CHECK(b.machine.newest() == generation{id, 1});
  }
}

TEST_CASE("a plain fetch does not change the reason of an attempt", "[I10]") {
  bench b;
  b.publish(1000s);
  b.pass(10s);
  b.now.wall += 1h;
  b.machine.observe(b.now);
  CHECK(!b.machine.fetch({}, b.now));
  CHECK(b.machine.start_if_due(b.now)->reason == attempt_reason::scheduled);
  b.fail();
  CHECK(!b.machine.fetch({0, true, false}, b.now));
  b.pass(1s);
  CHECK(b.machine.start_if_due(b.now)->reason == attempt_reason::scheduled);
}

// -- what the source says unasked ---------------------------------------------

TEST_CASE("news of a newer token starts an attempt at the floor", "[I8]") {
  bench b;
  b.publish(1h);
  b.expect_newer();
  CHECK(!b.machine.start_if_due(b.now));
  b.pass(b.settings.initial_retry_timeout);
  const auto what = b.machine.start_if_due(b.now);
  REQUIRE(what);
  CHECK(what->reason == attempt_reason::scheduled);
}

TEST_CASE("news of a newer token does not wait for the backoff", "[I8]") {
  bench b;
  b.begin();
  b.machine.finish(make_permanent(caf::make_error(errc::busy)), b.now);
  b.pass(b.settings.initial_retry_timeout);
  REQUIRE(!b.machine.start_if_due(b.now));
  b.expect_newer();
  CHECK(b.machine.start_if_due(b.now));
}

TEST_CASE("news that overtake the end of an attempt start another", "[I8]") {
  bench b;
  b.begin();
  b.expect_newer();
  SECTION("which gave a token") {
    b.machine.finish(b.make("new", 1h), b.now);
  }
  SECTION("which failed") {
    b.machine.finish(make_permanent(caf::make_error(errc::busy)), b.now);
  }
  CHECK(!b.machine.start_if_due(b.now));
  b.pass(b.settings.initial_retry_timeout);
  REQUIRE(b.machine.start_if_due(b.now));
  // One, and not one after each attempt.
  b.machine.finish(b.make("new", 1h), b.now);
  b.pass(b.settings.initial_retry_timeout);
  CHECK(!b.machine.start_if_due(b.now));
}

TEST_CASE("news of before an attempt that is on its way start no other",
          "[I8]") {
  bench b;
  b.publish(1h);
  b.pass(b.settings.initial_retry_timeout);
  b.expect_newer();
  REQUIRE(b.machine.start_if_due(b.now));
  const auto before_it = std::uint64_t{1};
  SECTION("during it") {
    b.machine.expect_newer(before_it, b.now);
    b.machine.look_again(before_it, b.now);
    b.machine.finish(b.make("new", 1h), b.now);
  }
  SECTION("after it") {
    b.machine.finish(b.make("new", 1h), b.now);
    b.machine.expect_newer(before_it, b.now);
    b.machine.look_again(before_it, b.now);
  }
  b.pass(b.settings.initial_retry_timeout);
  CHECK(!b.machine.start_if_due(b.now));
}

TEST_CASE("a source that has lost its way is asked at the floor", "[I8]") {
  bench b;
  b.publish(1h);
  b.pass(b.settings.initial_retry_timeout);
  b.look_again();
  CHECK(b.machine.start_if_due(b.now));
}

TEST_CASE("a source that has lost its way again stays in its backoff", "[I8]") {
  bench b;
  b.publish(1h);
  b.pass(b.settings.initial_retry_timeout);
  b.look_again();
  REQUIRE(b.machine.start_if_due(b.now));
  b.fail();
  b.pass(b.settings.initial_retry_timeout - 1ns);
  b.look_again();
  CHECK(!b.machine.start_if_due(b.now));
}

TEST_CASE("what a source says unasked starts no unused machine, and no stopped"
          " one",
          "[I10][I14]") {
  bench b;
  b.expect_newer();
  b.look_again();
  CHECK(!b.machine.start_if_due(b.now));
  b.publish(1h);
  b.machine.stop();
  b.pass(1min);
  b.expect_newer();
  b.look_again();
  CHECK(!b.machine.reject_given({7, 1}, b.now));
  CHECK(!b.machine.next_wakeup());
}

TEST_CASE("what the source says last is told, else how an attempt failed",
          "[I6]") {
  bench b;
  // Of no attempt.
  b.note_obstacle(caf::make_error(errc::connection_failed));
  CHECK(!b.machine.obstacle());
  b.begin();
  CHECK(!b.machine.obstacle());
  // Of the one before.
  b.machine.note_obstacle(0, caf::make_error(errc::connection_failed));
  CHECK(!b.machine.obstacle());
  b.note_obstacle(caf::make_error(errc::owner_unreachable));
  CHECK(b.machine.obstacle() == errc::owner_unreachable);
  b.fail();
  CHECK(b.machine.obstacle() == errc::busy);
  // In the backoff.
  b.note_obstacle(caf::make_error(errc::owner_unreachable));
  CHECK(b.machine.obstacle() == errc::owner_unreachable);
  b.pass(1min);
  b.begin();
  CHECK(b.machine.obstacle() == errc::busy);
  b.note_obstacle(caf::make_error(errc::owner_unreachable));
  CHECK(b.machine.obstacle() == errc::owner_unreachable);
  // It is at work now.
  b.note_obstacle({});
  CHECK(b.machine.obstacle() == errc::busy);
  b.note_obstacle(caf::make_error(errc::owner_unreachable));
  REQUIRE(b.machine.finish(b.make("first"), b.now).success());
  CHECK(!b.machine.obstacle());
}

TEST_CASE("a source can take back the token it gave, by its own number",
          "[I4]") {
  bench b;
  b.publish_numbered({7, 5});
  CHECK(!b.machine.reject_given({7, 4}, b.now));
  CHECK(!b.machine.reject_given({8, 5}, b.now));
  CHECK(!b.machine.reject_given({}, b.now));
  CHECK(b.machine.usable(b.now));
  CHECK(b.machine.reject_given({7, 5}, b.now));
  CHECK(!b.machine.usable(b.now));
  CHECK(!b.machine.reject_given({7, 5}, b.now));
  b.pass(b.settings.initial_retry_timeout);
  const auto what = b.machine.start_if_due(b.now);
  REQUIRE(what);
  CHECK(what->reason == attempt_reason::rejected);
}

TEST_CASE("a source that takes back a token takes back the older ones",
          "[I4]") {
  bench b;
  b.publish_numbered({7, 5});
  CHECK(b.machine.reject_given({7, 6}, b.now));
  CHECK(!b.machine.usable(b.now));
  // What it says late takes nothing of that back.
  CHECK(!b.machine.reject_given({7, 5}, b.now));
  b.pass(b.settings.initial_retry_timeout);
  REQUIRE(b.machine.start_if_due(b.now));
  auto next = b.make("second", 1h);
  next.generation = {7, 6};
  CHECK(b.machine.finish(next, b.now).error == errc::rejected_token);
}

TEST_CASE("a token that its source takes back on its way is of no use",
          "[I4]") {
  bench b;
  b.begin();
  REQUIRE(!b.machine.reject_given({7, 5}, b.now));
  auto given = b.make("first", 1h);
  given.generation = {7, 5};
  const auto result = b.machine.finish(given, b.now);
  CHECK(result.error == errc::rejected_token);
  CHECK(!b.machine.usable(b.now));
}
