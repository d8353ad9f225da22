#include <bearer/bearer.hpp>

#include "support/client.hpp"
#include "support/deaf_port.hpp"
#include "support/eventually.hpp"
#include "support/numbered_source.hpp"
#include "support/real_sources.hpp"
#include "support/test_ca.hpp"
#include "support/time_of.hpp"

#include <caf/actor_registry.hpp>

#include "remote/support/event_watch.hpp"
#include "remote/support/node.hpp"
#include "remote/support/relay.hpp"
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <vector>

using namespace bearer;
using namespace bearer::test;
using namespace std::chrono_literals;

namespace {

/// Two nodes, and how long their ends took.
class two_nodes {
public:
  two_nodes() = default;

  /// With TLS.
  explicit two_nodes(test_ca& ca)
    : here_(std::make_unique<node>(ca.issue(), ca.file())),
      there_(std::make_unique<node>(ca.issue(), ca.file())) {
    // nop
  }

  node& here() {
    return *here_;
  }

  node& there() {
    return *there_;
  }

  /// The longer one of the times.
  std::chrono::steady_clock::duration end() {
    const auto first = time_of([&] { here_.reset(); });
    return std::max(first, time_of([&] { there_.reset(); }));
  }

  /// The same, the owner first.
  std::chrono::steady_clock::duration end_owner_first() {
    const auto first = time_of([&] { there_.reset(); });
    return std::max(first, time_of([&] { here_.reset(); }));
  }

private:
  std::unique_ptr<node> here_ = std::make_unique<node>();
  std::unique_ptr<node> there_ = std::make_unique<node>();
};

std::chrono::steady_clock::duration time_to_end_connected(two_nodes nodes,
                                                          bool owner_first) {
  numbered_source source;
  {
    owner at{nodes.there(), source.spawn(nodes.there().sys), quick()};
    auto replica = must(remote::connect(nodes.here().sys, at.address()));
    REQUIRE(replica.fetch());
  }
  return owner_first ? nodes.end_owner_first() : nodes.end();
}

renewal_settings patient() {
  auto result = renewal_settings{};
  result.refresh_request_timeout = 1min;
  return result;
}

} // namespace

TEST_CASE("nodes end within a second that have never talked",
          "[remote][shutdown]") {
  two_nodes nodes;
  numbered_source source;
  {
    owner at{nodes.there(), source.spawn(nodes.there().sys), quick()};
    auto replica = must(remote::connect(nodes.here().sys, at.address()));
  }
  CHECK(nodes.end() < 1s);
}

TEST_CASE("nodes end within a second that are connected",
          "[remote][shutdown]") {
  for (auto owner_first : {false, true})
    CHECK(time_to_end_connected({}, owner_first) < 1s);
}

TEST_CASE("nodes end within a second that are connected over TLS",
          "[remote][shutdown][tls]") {
  test_ca ca;
  for (auto owner_first : {false, true})
    CHECK(time_to_end_connected(two_nodes{ca}, owner_first) < 1s);
}

TEST_CASE("nodes end within a second while a question waits",
          "[remote][shutdown]") {
  for (auto owner_first : {false, true}) {
    two_nodes nodes;
    auto waiting = pending_fetch{};
    {
      signal called;
      owner at{nodes.there(), silent_source(nodes.there().sys, called),
               patient()};
      auto replica
        = must(remote::connect(nodes.here().sys, at.address(), patient()));
      waiting = test::fetch(replica);
      REQUIRE(called.wait());
    }
    CHECK((owner_first ? nodes.end_owner_first() : nodes.end()) < 1s);
    CHECK(waiting.error() == errc::stopped);
  }
}

TEST_CASE("a node ends within a second whose owner is gone",
          "[remote][shutdown]") {
  two_nodes nodes;
  numbered_source source;
  {
    auto at = std::make_unique<owner>(nodes.there(),
                                      source.spawn(nodes.there().sys), quick());
    auto replica
      = must(remote::connect(nodes.here().sys, at->address(), quick()));
    REQUIRE(replica.fetch());
    const auto watch = event_watch{replica};
    at.reset();
    REQUIRE(watch.wait(failed_with(errc::owner_unreachable), 2));
  }
  CHECK(nodes.end() < 1s);
}

TEST_CASE("a node ends within a second whose owner says nothing",
          "[remote][shutdown]") {
  signal accepted;
  signal over;
  tcp_server mute{[&](connection&) {
    accepted.set();
    over.wait();
  }};
  const auto guard = at_end{over};
  two_nodes nodes;
  {
    auto replica
      = must(remote::connect(nodes.here().sys, local(mute.port()), patient()));
    replica.prefetch();
    REQUIRE(accepted.wait());
  }
  CHECK(nodes.end() < 1s);
}

TEST_CASE(
  "a node ends within a second whose owner says nothing in the handshake"
  " of TLS",
  "[remote][shutdown][tls]") {
  signal greeted;
  signal over;
  tcp_server mute{[&](connection& from) {
    // The probe says nothing.
    if (!from.read().empty())
      greeted.set();
    over.wait();
  }};
  const auto guard = at_end{over};
  test_ca ca;
  two_nodes nodes{ca};
  {
    auto replica
      = must(remote::connect(nodes.here().sys, local(mute.port()), patient()));
    replica.prefetch();
    REQUIRE(greeted.wait());
  }
  CHECK(nodes.end() < 1s);
}

TEST_CASE("nodes end within a second whose link has fallen silent",
          "[remote][shutdown]") {
  for (auto owner_first : {false, true}) {
    two_nodes nodes;
    numbered_source source;
    auto waiting = pending_fetch{};
    auto between = std::optional<relay>{};
    {
      owner at{nodes.there(), source.spawn(nodes.there().sys), quick()};
      between.emplace(at.address().port);
      auto replica = must(
        remote::connect(nodes.here().sys, local(between->port()), patient()));
      REQUIRE(replica.fetch());
      between->fall_silent();
      auto opts = fetch_options{};
      opts.renew_required = true;
      waiting = test::fetch(replica, opts);
      REQUIRE(wait_for_waiters(replica, 1));
    }
    CHECK((owner_first ? nodes.end_owner_first() : nodes.end()) < 1s);
    CHECK(waiting.error() == errc::stopped);
    CHECK(source.calls() == 1);
  }
}

TEST_CASE("a node ends within a second while nobody answers its connection",
          "[remote][shutdown]") {
  // Of those that are accepted one at most, as by an owner that hangs.
  const deaf_port nobody{GENERATE(false, true)};
  test_ca ca;
  const auto with_tls = GENERATE(false, true);
  auto nodes = with_tls ? two_nodes{ca} : two_nodes{};
  {
    auto replica = must(
      remote::connect(nodes.here().sys, local(nobody.port()), patient()));
    auto opts = fetch_options{};
    opts.timeout = 50ms;
    CHECK(error_of(replica.fetch(opts)) == errc::timed_out);
  }
  CHECK(nodes.end() < 1s);
}

TEST_CASE("a node ends within a second with its fallback in use",
          "[remote][shutdown]") {
  two_nodes nodes;
  {
    auto options = remote::connect_options{};
    options.fallback = ready_source(nodes.here().sys, expiring_token());
    auto replica = must(
      remote::connect(nodes.here().sys, local(1), quick(), std::move(options)));
    REQUIRE(replica.fetch());
  }
  CHECK(nodes.end() < 1s);
}

TEST_CASE("nothing is left of a replica that nobody holds", "[remote]") {
  node here;
  node there;
  numbered_source source;
  owner at{there, source.spawn(there.sys), quick()};
  // Its cache begins with the first message.
  REQUIRE(at.bearer.status().attempts == 0);
  const auto here_before = here.sys.registry().running();
  const auto there_before = there.sys.registry().running();
  for (auto i = 0; i < 10; ++i) {
    auto replica = must(remote::connect(here.sys, at.address(), quick()));
    REQUIRE(replica.fetch());
  }
  CHECK(wait_for_actors(here, here_before));
  CHECK(wait_for_actors(there, there_before));
}

TEST_CASE_METHOD(cluster, "a million receivers of a replica leave nothing",
                 "[remote]") {
  // Caches begin with the first message.
  REQUIRE(at.bearer.status().attempts == 0);
  REQUIRE(replica.status().attempts == 0);
  const auto there_before = there.sys.registry().running();
  // The line comes with the first fetch.
  const auto here_then = here.sys.registry().running() + 1;
  for (auto i = 0; i < 1'000; ++i) {
    auto clients = std::vector<pending_fetch>{};
    for (auto j = 0; j < 1'000; ++j)
      clients.push_back(test::fetch(here.sys, replica.receiver()));
    REQUIRE(wait_for_actors(here, here_then));
    for (const auto& client : clients)
      REQUIRE(secret_of(client.value()) == "token-1");
  }
  CHECK(wait_for_actors(there, there_before));
  CHECK(source.calls() == 1);
  CHECK(replica.status().attempts == 1);
}

TEST_CASE("nothing is left of a bearer that is no more published", "[remote]") {
  node there;
  const auto before = there.sys.registry().running();
  numbered_source source;
  { owner at{there, source.spawn(there.sys), quick()}; }
  CHECK(wait_for_actors(there, before));
}
