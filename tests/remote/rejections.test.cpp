#include <bearer/bearer.hpp>

#include "support/eventually.hpp"
#include "support/numbered_source.hpp"
#include "support/real_sources.hpp"

#include "remote/support/event_watch.hpp"
#include "remote/support/node.hpp"
#include "remote/support/relay.hpp"
#include <catch2/catch_test_macros.hpp>

using namespace bearer;
using namespace bearer::test;
using namespace std::chrono_literals;

// Rejections that nobody could tell a replica of when they were made.

namespace {

/// The error of a fetch that does not wait for better times.
caf::error fetch_error(const handle& replica) {
  auto opts = fetch_options{};
  opts.report_error = true;
  return error_of(replica.fetch(opts));
}

/// A replica whose way to its owner can be cut.
struct cut_off {
  cut_off() {
    REQUIRE(secret_of(replica.fetch()) == "token-1");
    const auto watch = event_watch{replica};
    way.cut();
    REQUIRE(watch.wait(failed_with(errc::owner_unreachable)));
  }

  node here;
  node there;
  numbered_source source;
  owner at{there, source.spawn(there.sys), quick()};
  relay way{at.address().port};
  handle replica = must(remote::connect(here.sys, local(way.port()), quick()));
};

} // namespace

TEST_CASE_METHOD(cut_off,
                 "a replica hears of what was rejected while it was away",
                 "[remote][I4]") {
  source.break_down();
  at.bearer.reject(must(at.bearer.fetch()).generation);
  // Nobody can have told it.
  CHECK(secret_of(replica.fetch()) == "token-1");
  const auto watch = event_watch{replica};
  way.mend();
  REQUIRE(watch.wait<events::rejected>());
  CHECK(fetch_error(replica));
  source.heal();
  CHECK(wait_for_secret(replica, secret_of(at.bearer.fetch())));
}

TEST_CASE_METHOD(cut_off,
                 "a replica's own rejection reaches the owner when it is back",
                 "[remote][I4]") {
  replica.reject(must(replica.fetch()).generation);
  CHECK(fetch_error(replica) == errc::owner_unreachable);
  CHECK(source.calls() == 1);
  way.mend();
  CHECK(wait_for_secret(replica, "token-2"));
  CHECK(secret_of(at.bearer.fetch()) == "token-2");
  CHECK(source.calls() == 2);
}

TEST_CASE_METHOD(cut_off,
                 "a replica takes what was published while it was away",
                 "[remote]") {
  at.bearer.request_renewal();
  REQUIRE(wait_for_secret(at.bearer, "token-2"));
  CHECK(secret_of(replica.fetch()) == "token-1");
  way.mend();
  CHECK(wait_for_secret(replica, "token-2"));
  CHECK(source.calls() == 2);
}

TEST_CASE("a bearer that is published again tells what was rejected meanwhile",
          "[remote][I4]") {
  node here;
  node there;
  numbered_source source;
  owner at{there, source.spawn(there.sys), quick()};
  const auto port = at.published.port();
  auto replica = must(remote::connect(here.sys, at.address(), quick()));
  REQUIRE(secret_of(replica.fetch()) == "token-1");
  const auto watch = event_watch{replica};
  at.published.unpublish();
  REQUIRE(watch.wait(failed_with(errc::owner_unreachable)));
  source.break_down();
  at.bearer.reject(must(at.bearer.fetch()).generation);
  at.published = must(remote::publish(at.bearer, port));
  REQUIRE(watch.wait<events::rejected>());
  CHECK(fetch_error(replica));
  source.heal();
  CHECK(wait_for_secret(replica, secret_of(at.bearer.fetch())));
}
