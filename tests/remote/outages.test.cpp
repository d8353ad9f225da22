#include <bearer/bearer.hpp>
#include <bearer/source/function_source.hpp>

#include "support/deaf_port.hpp"
#include "support/eventually.hpp"
#include "support/numbered_source.hpp"
#include "support/real_sources.hpp"

#include <caf/actor_registry.hpp>
#include <caf/exit_reason.hpp>
#include <caf/io/middleman.hpp>
#include <caf/send.hpp>

#include "remote/support/event_watch.hpp"
#include "remote/support/node.hpp"
#include "remote/support/relay.hpp"
#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>

using namespace bearer;
using namespace bearer::test;
using namespace std::chrono_literals;

namespace {

/// An owner that can be ended and started anew on its port.
class restarted_owner {
public:
  explicit restarted_owner(std::function<any_source(caf::actor_system&)> make)
    : make_(std::move(make)) {
    start();
  }

  void start() {
    node_ = std::make_unique<node>();
    owner_.emplace(*node_, make_(node_->sys), quick(), port_);
    port_ = owner_->published.port();
  }

  void end() {
    owner_.reset();
    node_.reset();
  }

  const owner& operator*() const {
    return *owner_;
  }

  remote::address address() const {
    return local(port_);
  }

private:
  std::function<any_source(caf::actor_system&)> make_;
  std::uint16_t port_ = 0;
  std::unique_ptr<node> node_;
  std::optional<owner> owner_;
};

restarted_owner numbered_owner(const numbered_source& source) {
  return restarted_owner{
    [source](caf::actor_system& sys) { return source.spawn(sys); }};
}

} // namespace

TEST_CASE("a replica serves its token while its owner is away",
          "[remote][I3]") {
  node here;
  numbered_source source;
  auto at = numbered_owner(source);
  auto replica = must(remote::connect(here.sys, at.address(), quick()));
  REQUIRE(secret_of(replica.fetch()) == "token-1");
  const auto watch = event_watch{replica};
  at.end();
  REQUIRE(watch.wait(failed_with(errc::owner_unreachable), 3));
  CHECK(secret_of(replica.fetch()) == "token-1");
}

TEST_CASE("a replica finds its owner again by itself", "[remote][I11]") {
  node here;
  numbered_source source;
  auto at = numbered_owner(source);
  auto replica = must(remote::connect(here.sys, at.address(), quick()));
  REQUIRE(secret_of(replica.fetch()) == "token-1");
  const auto watch = event_watch{replica};
  at.end();
  REQUIRE(watch.wait(failed_with(errc::owner_unreachable)));
  at.start();
  REQUIRE(watch.wait<events::published>());
  CHECK(secret_of(replica.fetch()) == "token-2");
  // Pushed over the new connection.
  (*at).bearer.request_renewal();
  REQUIRE(watch.wait<events::published>(2));
  CHECK(secret_of(replica.fetch()) == "token-3");
  CHECK(replica.fetch()->generation.count == 3);
}

TEST_CASE("the same token of an owner that was restarted keeps its generation",
          "[remote][I3]") {
  node here;
  restarted_owner at{[](caf::actor_system& sys) {
    return ready_source(sys, make_token("same"));
  }};
  auto replica = must(remote::connect(here.sys, at.address(), quick()));
  const auto before = must(replica.fetch());
  const auto watch = event_watch{replica};
  at.end();
  REQUIRE(watch.wait(failed_with(errc::owner_unreachable)));
  at.start();
  REQUIRE(watch.wait([](const event& x) {
    const auto* end = std::get_if<events::attempt_ended>(&x.what);
    return end != nullptr && end->how == events::outcome::unchanged;
  }));
  CHECK(must(replica.fetch()).generation == before.generation);
}

TEST_CASE("a token rejected before its owner was restarted stays rejected",
          "[remote][I4]") {
  node here;
  auto reasons = std::make_shared<std::atomic<int>>(0);
  restarted_owner at{[reasons](caf::actor_system& sys) {
    return function_source(
      sys, [reasons](const attempt& what) -> caf::expected<token> {
        if (what.reason != attempt_reason::rejected)
          return make_token("refused");
        ++*reasons;
        return make_token("accepted");
      });
  }};
  auto replica = must(remote::connect(here.sys, at.address(), quick()));
  const auto before = must(replica.fetch());
  const auto watch = event_watch{replica};
  at.end();
  REQUIRE(watch.wait(failed_with(errc::owner_unreachable)));
  replica.reject(before.generation);
  at.start();
  // Whoever asked the new owner first got the old token of its.
  REQUIRE(secret_of((*at).bearer.fetch()) != "");
  CHECK(secret_of(replica.fetch()) == "accepted");
  CHECK(*reasons == 1);
  CHECK(secret_of((*at).bearer.fetch()) == "accepted");
}

TEST_CASE("a fetch that wants a newer token does not wait for an old owner",
          "[remote][I5]") {
  node here;
  numbered_source source;
  auto at = numbered_owner(source);
  auto replica = must(remote::connect(here.sys, at.address(), quick()));
  const auto before = must(replica.fetch());
  at.end();
  at.start();
  auto opts = fetch_options{};
  opts.newer_than = before.generation;
  CHECK(secret_of(replica.fetch(opts)) == "token-2");
}

TEST_CASE("a fetch without an owner says who is unreachable and since when",
          "[remote][I6]") {
  node here;
  const auto port = dead_port();
  auto replica = must(remote::connect(here.sys, local(port), quick()));
  auto opts = fetch_options{};
  opts.timeout = 100ms;
  const auto err = error_of(replica.fetch(opts));
  REQUIRE(err == errc::timed_out);
  const auto details = timeout_details_of(err);
  REQUIRE(details);
  CHECK(details->last_error == errc::owner_unreachable);
  const auto text = caf::to_string(details->last_error);
  CAPTURE(text);
  CHECK(contains(text, "127.0.0.1:" + std::to_string(port)));
  CHECK(contains(text, "refused"));
  CHECK(contains(text, "; since 20"));
}

TEST_CASE("an owner that turns everybody away is dialled once in an attempt",
          "[remote][I8]") {
  node here;
  tcp_server closed{[](connection&) {}};
  auto replica = must(remote::connect(here.sys, local(closed.port()), quick()));
  replica.prefetch();
  REQUIRE(eventually([&] { return replica.status().failed_attempts >= 10; }));
  const auto connections = closed.connections();
  const auto attempts = replica.status().attempts;
  // The one that looks whether there is anybody is CAF's.
  CHECK(connections <= attempts);
  CHECK(connections >= 10);
}

TEST_CASE("the next address is tried when one is dead", "[remote]") {
  node here;
  node there;
  numbered_source source;
  owner at{there, source.spawn(there.sys), quick()};
  auto replica = must(remote::connect(
    here.sys, {local(dead_port()), {"no.such.host.invalid", 1}, at.address()},
    quick(), [] {
      auto result = remote::connect_options{};
      // For the second one, which nobody will find.
      result.allow_unprotected = true;
      return result;
    }()));
  CHECK(secret_of(replica.fetch()) == "token-1");
  CHECK(replica.status().failed_attempts == 0);
}

TEST_CASE("an owner that hangs keeps nobody from other owners",
          "[remote][I11]") {
  node here;
  node there;
  numbered_source source;
  // The kernel answers the first one in its place, and nobody else.
  const deaf_port hangs{true};
  owner at{there, source.spawn(there.sys), quick()};
  auto replica = must(
    remote::connect(here.sys, {local(hangs.port()), at.address()}, quick(2s)));
  CHECK(secret_of(replica.fetch()) == "token-1");
  // Nor does it hold up what the node does besides.
  auto bearer = must(spawn(here.sys, source.spawn(here.sys), quick()));
  auto published = must(remote::publish(bearer, 0));
  published.unpublish();
  auto another = must(remote::connect(here.sys, at.address(), quick(2s)));
  CHECK(secret_of(another.fetch()) == "token-1");
}

TEST_CASE("a replica changes over to another owner", "[remote]") {
  node here;
  node second;
  numbered_source source;
  auto first = numbered_owner(source);
  owner at{second, source.spawn(second.sys), quick()};
  auto replica
    = must(remote::connect(here.sys, {first.address(), at.address()}, quick()));
  REQUIRE(secret_of(replica.fetch()) == "token-1");
  const auto watch = event_watch{replica};
  first.end();
  REQUIRE(watch.wait<events::published>());
  CHECK(secret_of(replica.fetch()) == "token-2");
  CHECK(replica.fetch()->generation.count == 2);
}

TEST_CASE("an owner that has stopped does not keep a replica from the next one",
          "[remote][I11]") {
  node here;
  node one;
  node other;
  numbered_source source;
  owner stopped{one, source.spawn(one.sys), quick()};
  owner alive{other, source.spawn(other.sys), quick()};
  auto replica = must(
    remote::connect(here.sys, {stopped.address(), alive.address()}, quick()));
  REQUIRE(secret_of(replica.fetch()) == "token-1");
  stopped.bearer.stop();
  auto opts = fetch_options{};
  opts.renew_required = true;
  CHECK(secret_of(replica.fetch(opts)) == "token-2");
  CHECK(source.calls() == 2);
}

TEST_CASE("a replica whose only owner has stopped has its fallback",
          "[remote][I11]") {
  node here;
  node there;
  numbered_source source;
  owner at{there, source.spawn(there.sys), quick()};
  at.bearer.stop();
  auto options = remote::connect_options{};
  options.fallback = ready_source(here.sys, make_token("fallback"));
  auto replica = must(
    remote::connect(here.sys, at.address(), quick(), std::move(options)));
  CHECK(secret_of(replica.fetch()) == "fallback");
}

TEST_CASE("an address where no bearer is published says so", "[remote]") {
  node here;
  node there;
  auto other = there.sys.spawn([](caf::event_based_actor*) -> caf::behavior {
    return {[](int x) { return x; }};
  });
  const auto port = must(there.sys.middleman().publish(other, 0, "127.0.0.1"));
  auto replica = must(remote::connect(here.sys, local(port), quick()));
  auto opts = fetch_options{};
  opts.report_error = true;
  const auto err = error_of(replica.fetch(opts));
  CHECK(err == errc::owner_unreachable);
  CHECK(contains(caf::to_string(err), "no bearer is published there"));
  caf::anon_send_exit(other, caf::exit_reason::user_shutdown);
}

TEST_CASE_METHOD(cluster,
                 "a bearer that is no more published cannot be reached",
                 "[remote]") {
  REQUIRE(replica.fetch());
  const auto watch = event_watch{replica};
  at.published.unpublish();
  CHECK(at.published.port() == 0);
  CHECK(watch.wait(failed_with(errc::owner_unreachable)));
  CHECK(secret_of(at.bearer.fetch()) == "token-1");
}

// -- the fallback -------------------------------------------------------------

namespace {

remote::connect_options falling_back_on(any_source source) {
  auto result = remote::connect_options{};
  result.fallback = std::move(source);
  return result;
}

/// A replica that has lost its owner to its fallback.
struct fallen_back {
  fallen_back() {
    REQUIRE(secret_of(replica.fetch()) == "token-1");
    connected = here.sys.registry().running();
    at.end();
    REQUIRE(wait_for_secret(replica, "fallback"));
    REQUIRE(here.sys.registry().running() > connected);
  }

  node here;
  numbered_source source;
  restarted_owner at = numbered_owner(source);
  handle replica = must(remote::connect(
    here.sys, at.address(), quick(),
    falling_back_on(ready_source(here.sys, make_token("fallback")))));

  /// How many actors there were while the owner was.
  std::size_t connected = 0;
};

} // namespace

TEST_CASE("a replica that finds no owner has its fallback's token",
          "[remote]") {
  node here;
  auto replica = must(remote::connect(
    here.sys, local(dead_port()), quick(),
    falling_back_on(ready_source(here.sys, make_token("fallback")))));
  CHECK(secret_of(replica.fetch()) == "fallback");
}

TEST_CASE("a replica leaves its fallback when the owner is there",
          "[remote][I3]") {
  node here;
  numbered_source source;
  auto at = numbered_owner(source);
  at.end();
  auto replica = must(remote::connect(
    here.sys, at.address(), quick(),
    falling_back_on(ready_source(here.sys, make_token("fallback")))));
  const auto first = must(replica.fetch());
  REQUIRE(secret_of(first) == "fallback");
  at.start();
  REQUIRE(wait_for_secret(replica, "token-1"));
  CHECK(must(replica.fetch()).generation.count > first.generation.count);
  const auto watch = event_watch{replica};
  at.end();
  REQUIRE(wait_for_secret(replica, "fallback"));
  CHECK(must(replica.fetch()).generation.count > first.generation.count + 1);
}

TEST_CASE_METHOD(fallen_back, "a fallback rests when the owner is there",
                 "[remote]") {
  at.start();
  REQUIRE(wait_for_secret(replica, "token-2"));
  CHECK(wait_for_actors(here, connected));
}

TEST_CASE_METHOD(fallen_back, "a fallback rests when its replica has stopped",
                 "[remote][I14]") {
  replica.stop();
  // Nor is there an end of a connection.
  CHECK(wait_for_actors(here, connected - 1));
}

TEST_CASE("a replica that has stopped does not begin with its fallback",
          "[remote][I14]") {
  node here;
  const deaf_port hangs{true};
  numbered_source unused;
  numbered_source used;
  const auto connect = [&](const numbered_source& fallback,
                           caf::timespan limit) {
    return must(remote::connect(here.sys, local(hangs.port()), quick(limit),
                                falling_back_on(fallback.spawn(here.sys))));
  };
  auto replica = connect(unused, 3s);
  const auto watch = event_watch{replica};
  replica.prefetch();
  REQUIRE(watch.wait<events::attempt_started>());
  replica.stop();
  // Later than that one would have had it.
  CHECK(connect(used, 6s).fetch());
  CHECK(used.calls() == 1);
  CHECK(unused.calls() == 0);
}

TEST_CASE("a rejected token of the fallback is replaced by it",
          "[remote][I4]") {
  node here;
  numbered_source source;
  auto replica = must(remote::connect(here.sys, local(dead_port()), quick(),
                                      falling_back_on(source.spawn(here.sys))));
  const auto first = must(replica.fetch());
  replica.reject(first.generation);
  CHECK(secret_of(replica.fetch()) == "token-2");
}

TEST_CASE_METHOD(cluster,
                 "a token that was rejected while its owner was away does not"
                 " come back",
                 "[remote][I4][I11]") {
  relay way{at.address().port};
  auto there_and_back = must(remote::connect(
    here.sys, local(way.port()), quick(),
    falling_back_on(ready_source(here.sys, make_token("fallback")))));
  const auto first = must(there_and_back.fetch());
  REQUIRE(secret_of(first) == "token-1");
  way.cut();
  there_and_back.reject(first.generation);
  REQUIRE(wait_for_secret(there_and_back, "fallback"));
  way.mend();
  CHECK(wait_for_secret(there_and_back, "token-2"));
  CHECK(secret_of(at.bearer.fetch()) == "token-2");
}

TEST_CASE("a fallback without a token leaves the owner's error in place",
          "[remote][I6]") {
  node here;
  numbered_source source;
  source.break_down();
  auto replica = must(remote::connect(here.sys, local(dead_port()), quick(),
                                      falling_back_on(source.spawn(here.sys))));
  auto opts = fetch_options{};
  opts.report_error = true;
  const auto err = error_of(replica.fetch(opts));
  CHECK(err == errc::owner_unreachable);
  CHECK(contains(caf::to_string(err), "refused"));
  CHECK(contains(caf::to_string(err), "out of order"));
}

// -- clocks -------------------------------------------------------------------

TEST_CASE("a replica whose clock is behind has no token longer than its owner",
          "[remote][I2][I13]") {
  node here;
  node there;
  owner at{there,
           ready_source(there.sys,
                        make_token("expiring", caf::make_timestamp(), 1h)),
           quick()};
  auto options = remote::connect_options{};
  options.clock = [] { return caf::make_timestamp() - 24h; };
  auto replica
    = must(remote::connect(here.sys, at.address(), quick(), options));
  const auto got = must(replica.fetch());
  REQUIRE(got.expires_at);
  CHECK(*got.expires_at <= options.clock() + 1h);
}

TEST_CASE("a replica whose clock is ahead believes it, and says so",
          "[remote][I2][I13]") {
  node here;
  node there;
  owner at{there,
           ready_source(there.sys,
                        make_token("expiring", caf::make_timestamp(), 1h)),
           quick()};
  auto options = remote::connect_options{};
  options.clock = [] { return caf::make_timestamp() + 2h; };
  auto replica
    = must(remote::connect(here.sys, at.address(), quick(), options));
  auto opts = fetch_options{};
  opts.report_error = true;
  CHECK(error_of(replica.fetch(opts)) == errc::expired_token);
}

TEST_CASE("an owner whose clock was set back vouches for no token any longer",
          "[remote][I2][I13]") {
  node here;
  node there;
  // Both nodes', as on one machine.
  auto back = std::make_shared<std::atomic<int>>(0);
  const auto clock = [back] {
    return caf::make_timestamp() - std::chrono::minutes{*back};
  };
  const auto tok = make_token("expiring", caf::make_timestamp(), 1h);
  auto options = spawn_options{};
  options.clock = clock;
  const auto at
    = must(spawn(there.sys, ready_source(there.sys, tok), quick(), options));
  REQUIRE(at.fetch());
  *back = 30;
  const auto published = must(remote::publish(at, 0));
  auto same_clock = remote::connect_options{};
  same_clock.clock = clock;
  const auto replica = must(
    remote::connect(here.sys, local(published.port()), quick(), same_clock));
  const auto got = must(replica.fetch());
  REQUIRE(got.expires_at);
  CHECK(*got.expires_at <= clock() + 1h);
}
