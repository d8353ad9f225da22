// Replicas that others take for owners.

#include <bearer/bearer.hpp>

#include "support/client.hpp"
#include "support/eventually.hpp"
#include "support/numbered_source.hpp"
#include "support/real_sources.hpp"

#include "remote/support/event_watch.hpp"
#include "remote/support/node.hpp"
#include <catch2/catch_test_macros.hpp>

#include <cstdint>
#include <memory>
#include <utility>

using namespace bearer;
using namespace bearer::test;
using namespace std::chrono_literals;

namespace {

/// A node whose bearer is a replica that is published in turn.
struct middleman {
  middleman(const remote::address& owner, const renewal_settings& settings,
            std::uint16_t port = 0, numbered_source* fallback = nullptr)
    : replica(connect(owner, settings, fallback)),
      published(must(remote::publish(replica, port))) {
    // nop
  }

  remote::address address() const {
    return local(published.port());
  }

  node at;
  handle replica;
  remote::published published;

private:
  handle connect(const remote::address& owner, const renewal_settings& settings,
                 numbered_source* fallback) {
    auto options = remote::connect_options{};
    if (fallback != nullptr)
      options.fallback = fallback->spawn(at.sys);
    return must(remote::connect(at.sys, owner, settings, std::move(options)));
  }
};

} // namespace

TEST_CASE("a replica can be published in turn", "[remote]") {
  node here;
  node there;
  numbered_source source;
  owner at{there, source.spawn(there.sys), quick()};
  middleman between{at.address(), quick()};
  auto replica = must(remote::connect(here.sys, between.address(), quick()));
  const auto first = must(replica.fetch());
  CHECK(first.access_token.view() == "token-1");
  // Its refusal reaches the owner, and so does its wish for another one.
  replica.reject(first.generation);
  CHECK(secret_of(replica.fetch()) == "token-2");
  CHECK(wait_for_secret(at.bearer, "token-2"));
  CHECK(source.calls() == 2);
  // The other way as well.
  at.bearer.reject(must(at.bearer.fetch()).generation);
  CHECK(secret_of(at.bearer.fetch()) == "token-3");
  CHECK(wait_for_secret(between.replica, "token-3"));
  CHECK(wait_for_secret(replica, "token-3"));
  CHECK(source.calls() == 3);
}

TEST_CASE("a replica whose owner has lost its own has its fallback",
          "[remote][I11]") {
  node here;
  auto there = std::make_unique<node>();
  numbered_source source;
  auto at = std::make_unique<owner>(*there, source.spawn(there->sys), quick());
  middleman between{at->address(), quick()};
  auto options = remote::connect_options{};
  options.fallback = ready_source(here.sys, make_token("spare"));
  auto replica = must(
    remote::connect(here.sys, between.address(), quick(), std::move(options)));
  const auto first = must(replica.fetch());
  CHECK(first.access_token.view() == "token-1");
  at.reset();
  there.reset();
  replica.reject(first.generation);
  CHECK(secret_of(replica.fetch()) == "spare");
}

TEST_CASE("a replica whose owner has lost its own says who that is",
          "[remote][I6]") {
  node here;
  const auto lost = local(dead_port());
  middleman between{lost, quick()};
  auto replica = must(remote::connect(here.sys, between.address(), quick()));
  auto opts = fetch_options{};
  opts.report_error = true;
  const auto err = error_of(replica.fetch(opts));
  CHECK(err == errc::owner_unreachable);
  CHECK(contains(caf::to_string(err), to_string(between.address())
                                        + ": the owner: " + to_string(lost)));
}

TEST_CASE("replicas that are each other's owners have no token and say so",
          "[remote][I6]") {
  const auto ports = std::pair{dead_port(), dead_port()};
  const auto settings = quick(200ms);
  middleman one{local(ports.second), settings, ports.first};
  middleman other{local(ports.first), settings, ports.second};
  auto opts = fetch_options{};
  opts.timeout = 1s;
  for (const auto* replica : {&one.replica, &other.replica}) {
    const auto err = error_of(replica->fetch(opts));
    CHECK(err == errc::timed_out);
    // However often it has gone to and fro.
    CHECK(caf::to_string(err).size() < 300);
  }
}

TEST_CASE("a replica that is published again tells what its owner rejected",
          "[remote][I4]") {
  node here;
  node there;
  numbered_source source;
  owner at{there, source.spawn(there.sys), quick()};
  middleman between{at.address(), quick()};
  const auto port = between.published.port();
  auto replica = must(remote::connect(here.sys, between.address(), quick()));
  REQUIRE(secret_of(replica.fetch()) == "token-1");
  const auto watch = event_watch{replica};
  between.published.unpublish();
  REQUIRE(watch.wait(failed_with(errc::owner_unreachable)));
  const auto watch_between = event_watch{between.replica};
  source.break_down();
  at.bearer.reject(must(at.bearer.fetch()).generation);
  REQUIRE(watch_between.wait<events::rejected>());
  between.published = must(remote::publish(between.replica, port));
  CHECK(watch.wait<events::rejected>());
}
