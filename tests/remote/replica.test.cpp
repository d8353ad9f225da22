#include <bearer/bearer.hpp>
#include <bearer/reader.hpp>
#include <bearer/receiver.hpp>
#include <bearer/with_token.hpp>

#include "support/eventually.hpp"
#include "support/numbered_source.hpp"
#include "support/real_sources.hpp"

#include <caf/actor_registry.hpp>

#include "remote/support/event_watch.hpp"
#include "remote/support/node.hpp"
#include "remote/support/relay.hpp"
#include <catch2/catch_test_macros.hpp>

#include <future>
#include <vector>

using namespace bearer;
using namespace bearer::test;
using namespace std::chrono_literals;

namespace {

fetch_options newer_than(const generation& what) {
  auto result = fetch_options{};
  result.newer_than = what;
  return result;
}

} // namespace

TEST_CASE_METHOD(cluster, "a replica hands out its owner's token", "[remote]") {
  CHECK(secret_of(replica.fetch()) == "token-1");
  CHECK(secret_of(replica.fetch()) == "token-1");
  CHECK(secret_of(at.bearer.fetch()) == "token-1");
  CHECK(source.calls() == 1);
}

TEST_CASE_METHOD(cluster, "hits of a replica do not touch the network",
                 "[remote]") {
  REQUIRE(replica.fetch());
  const auto before = at.bearer.status().fetches.total();
  for (auto i = 0; i < 100; ++i)
    REQUIRE(replica.fetch());
  CHECK(at.bearer.status().fetches.total() == before);
  CHECK(replica.status().attempts == 1);
}

TEST_CASE_METHOD(cluster, "a replica can be used in all the ways of a bearer",
                 "[remote]") {
  replica.prefetch();
  REQUIRE(wait_for_secret(replica, "token-1"));
  CHECK_FALSE(replica.is_renewal_required());
  CHECK_FALSE(replica.wrapped());
  CHECK(replica.name() == "replica");
  auto reader = replica.reader();
  REQUIRE(reader.read() != nullptr);
  CHECK(reader.read()->access_token.view() == "token-1");
  const auto via = replica.receiver();
  caf::scoped_actor self{here.sys};
  detail::mail(self.ptr(), fetch_atom_v, fetch_options{})
    .request(via, patience)
    .receive([](const token& x) { CHECK(x.access_token.view() == "token-1"); },
             [](const caf::error& err) { FAIL(caf::to_string(err)); });
}

TEST_CASE_METHOD(cluster,
                 "a request through a replica whose token is refused"
                 " gets the owner's next one",
                 "[remote][with_token][I4]") {
  auto secrets = std::vector<std::string>{};
  const auto got = with_token(
    replica, [&](const token& tok, caf::timespan) -> caf::expected<int> {
      secrets.emplace_back(tok.access_token.view());
      if (secrets.size() == 1)
        return caf::make_error(errc::token_refused);
      return 200;
    });
  CHECK(must(got) == 200);
  CHECK(secrets == std::vector<std::string>{"token-1", "token-2"});
  CHECK(secret_of(at.bearer.fetch()) == "token-2");
  CHECK(source.calls() == 2);
}

TEST_CASE_METHOD(cluster,
                 "a synchronous renewal through a replica gives the outcome of"
                 " the owner's next attempt",
                 "[remote][I6]") {
  auto opts = fetch_options{};
  opts.renew_required = true;
  opts.renew_synchronous = true;
  CHECK(secret_of(replica.fetch(opts)) == "token-1");
  CHECK(secret_of(replica.fetch(opts)) == "token-2");
  source.break_down();
  const auto err = error_of(replica.fetch(opts));
  CHECK(err == errc::command_failed);
  CHECK(contains(caf::to_string(err), "out of order"));
}

TEST_CASE_METHOD(cluster,
                 "nothing of a cluster is found by its name over the network",
                 "[remote]") {
  REQUIRE(replica.fetch());
  node neutral;
  const auto named_by_caf = neutral.sys.registry().named_actors();
  CHECK(here.sys.registry().named_actors().size() == named_by_caf.size());
  CHECK(there.sys.registry().named_actors().size() == named_by_caf.size());
}

TEST_CASE_METHOD(cluster, "a replica has the owner's new token without asking",
                 "[remote]") {
  REQUIRE(secret_of(replica.fetch()) == "token-1");
  const auto watch = event_watch{replica};
  at.bearer.request_renewal();
  REQUIRE(watch.wait<events::published>());
  CHECK(secret_of(replica.fetch()) == "token-2");
  CHECK(replica.fetch()->generation.count == 2);
}

TEST_CASE_METHOD(cluster, "a replica's wish renews the token at the owner",
                 "[remote]") {
  REQUIRE(replica.fetch());
  replica.request_renewal();
  CHECK(wait_for_secret(replica, "token-2"));
  CHECK(secret_of(at.bearer.fetch()) == "token-2");
  CHECK(source.calls() == 2);
}

TEST_CASE_METHOD(cluster, "a replica's rejection renews the token at the owner",
                 "[remote][I4]") {
  const auto first = must(replica.fetch());
  replica.reject(first.generation);
  CHECK(secret_of(replica.fetch()) == "token-2");
  CHECK(secret_of(at.bearer.fetch()) == "token-2");
  CHECK(source.calls() == 2);
}

TEST_CASE("a token that one node rejects is withdrawn at the others",
          "[remote][I4]") {
  node here;
  node elsewhere;
  node there;
  numbered_source source;
  owner at{there, source.spawn(there.sys), quick()};
  auto one = must(remote::connect(here.sys, at.address(), quick()));
  auto other = must(remote::connect(elsewhere.sys, at.address(), quick()));
  const auto first = must(one.fetch());
  REQUIRE(secret_of(other.fetch()) == "token-1");
  source.break_down();
  const auto watch = event_watch{other};
  one.reject(first.generation);
  REQUIRE(watch.wait<events::rejected>());
  auto opts = fetch_options{};
  opts.report_error = true;
  CHECK_FALSE(other.fetch(opts));
  source.heal();
  CHECK(wait_for_secret(other, secret_of(one.fetch())));
}

TEST_CASE("a token that is to end sooner than was said does so at a replica",
          "[remote][I2]") {
  node here;
  node there;
  // At the second call the same token has hardly any time left.
  const auto source = function_source(there.sys, [calls = 0]() mutable {
    const auto left = ++calls == 1 ? caf::timespan{1h} : caf::timespan{1min};
    return make_token("token", caf::make_timestamp(), left);
  });
  owner at{there, source, quick()};
  auto replica = must(remote::connect(here.sys, at.address(), quick()));
  const auto first = must(replica.fetch());
  at.bearer.request_renewal();
  CHECK(eventually([&] {
    return must(replica.fetch()).expires_at < *first.expires_at - 30min;
  }));
  CHECK(must(replica.fetch()).generation == first.generation);
}

TEST_CASE("rejections of one token by many nodes are one call of the source",
          "[remote][I4]") {
  auto nodes = std::vector<std::unique_ptr<node>>{};
  node there;
  numbered_source source;
  owner at{there, source.spawn(there.sys), quick()};
  auto replicas = std::vector<handle>{};
  auto refused = std::vector<generation>{};
  for (auto i = 0; i < 8; ++i) {
    nodes.push_back(std::make_unique<node>());
    replicas.push_back(
      must(remote::connect(nodes.back()->sys, at.address(), quick())));
    refused.push_back(must(replicas.back().fetch()).generation);
  }
  auto fetches = std::vector<std::future<std::string>>{};
  for (auto i = std::size_t{0}; i < replicas.size(); ++i)
    fetches.push_back(std::async(std::launch::async, [&, i] {
      replicas[i].reject(refused[i]);
      return secret_of(replicas[i].fetch());
    }));
  for (auto& x : fetches)
    CHECK(x.get() == "token-2");
  CHECK(source.calls() == 2);
  replicas.clear();
}

TEST_CASE_METHOD(cluster,
                 "a forced renewal through a replica renews at the owner",
                 "[remote][I16]") {
  const auto first = must(replica.fetch());
  auto opts = fetch_options{};
  opts.renew_required = true;
  CHECK(secret_of(replica.fetch(opts)) == "token-2");
  CHECK(secret_of(replica.fetch(newer_than(first.generation))) == "token-2");
  CHECK(source.calls() == 2);
}

TEST_CASE("a replica reports why its owner has no token", "[remote][I6]") {
  node here;
  node there;
  numbered_source source;
  source.break_down();
  owner at{there, source.spawn(there.sys), quick()};
  auto replica = must(remote::connect(here.sys, at.address(), quick(2s)));
  auto opts = fetch_options{};
  opts.report_error = true;
  const auto err = error_of(replica.fetch(opts));
  CHECK(err == errc::command_failed);
  CHECK(contains(caf::to_string(err), "the owner: out of order"));
}

TEST_CASE("a fetch in a backoff is told that the owner has gone since",
          "[remote][I6]") {
  node here;
  node there;
  numbered_source source;
  source.break_down();
  owner at{there, source.spawn(there.sys), quick()};
  relay wire{at.published.port()};
  auto settings = quick(2s);
  settings.initial_retry_timeout = settings.max_retry_timeout = 1h;
  auto replica = must(remote::connect(here.sys, local(wire.port()), settings));
  auto opts = fetch_options{};
  opts.report_error = true;
  REQUIRE(error_of(replica.fetch(opts)) == errc::command_failed);
  wire.cut();
  opts = {};
  opts.timeout = 10ms;
  CHECK(eventually([&] {
    const auto err = error_of(replica.fetch(opts));
    const auto last = timeout_details_of(err)->last_error;
    return last == errc::owner_unreachable
           && contains(caf::to_string(last), "connection lost; since 2");
  }));
  CHECK(replica.status().failed_attempts == 1);
}

TEST_CASE("a replica whose owner has stopped says so, and goes on asking",
          "[remote][I11]") {
  node here;
  node there;
  numbered_source source;
  owner at{there, source.spawn(there.sys), quick()};
  at.bearer.stop();
  auto replica = must(remote::connect(here.sys, at.address(), quick()));
  auto opts = fetch_options{};
  opts.report_error = true;
  const auto err = error_of(replica.fetch(opts));
  CHECK(err == errc::owner_unreachable);
  CHECK(contains(caf::to_string(err), "the owner has stopped"));
  CHECK_FALSE(is_permanent(err));
}

TEST_CASE_METHOD(cluster, "stopping a replica leaves its owner alone",
                 "[remote][I14]") {
  REQUIRE(replica.fetch());
  const auto connected = here.sys.registry().running();
  replica.stop();
  CHECK(error_of(replica.fetch()) == errc::stopped);
  // Its end of the connection is gone.
  CHECK(wait_for_actors(here, connected - 1));
  auto other = must(remote::connect(here.sys, at.address(), quick()));
  REQUIRE(other.fetch());
  other.close(1s);
  CHECK(error_of(other.fetch()) == errc::stopped);
  CHECK(secret_of(at.bearer.fetch()) == "token-1");
}

TEST_CASE("two bearers of one node are published on two ports", "[remote]") {
  node here;
  node there;
  owner one{there, ready_source(there.sys, make_token("one")), quick()};
  owner two{there, ready_source(there.sys, make_token("two")), quick()};
  auto first = must(remote::connect(here.sys, one.address(), quick()));
  auto second = must(remote::connect(here.sys, two.address(), quick()));
  CHECK(secret_of(first.fetch()) == "one");
  CHECK(secret_of(second.fetch()) == "two");
}
