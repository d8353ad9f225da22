#include <bearer/bearer.hpp>

#include "support/hanging_resolver.hpp"
#include "support/numbered_source.hpp"
#include "support/real_sources.hpp"
#include "support/time_of.hpp"

#include "remote/support/node.hpp"
#include <catch2/catch_test_macros.hpp>

#include <memory>
#include <vector>

using namespace bearer;
using namespace bearer::test;
using namespace std::chrono_literals;

// What the names of owners lead to, or not.

namespace {

remote::connect_options for_any_name() {
  auto result = remote::connect_options{};
  result.allow_unprotected = true;
  return result;
}

remote::address hanging(const std::string& host) {
  return {host + ".hang.test", 4000};
}

} // namespace

TEST_CASE("a name that nobody finds out about keeps no replica from the next",
          "[remote]") {
  hanging_resolver resolver;
  node here;
  node there;
  numbered_source source;
  owner at{there, source.spawn(there.sys), quick()};
  auto replica = must(remote::connect(here.sys, {hanging("a"), at.address()},
                                      quick(2s), for_any_name()));
  CHECK(secret_of(replica.fetch()) == "token-1");
  CHECK(resolver.wait_for(1));
}

TEST_CASE("names that nobody finds out about are errors in time",
          "[remote][I6]") {
  hanging_resolver resolver;
  node here;
  auto replica = must(remote::connect(here.sys, {hanging("a"), hanging("b")},
                                      quick(2s), for_any_name()));
  auto opts = fetch_options{};
  opts.report_error = true;
  const auto text = error_text(replica.fetch(opts));
  CHECK(contains(text, "a.hang.test:4000: no answer in time"));
  CHECK(contains(text, "b.hang.test:4000: no answer in time"));
  // Nobody else waits for the same.
  const auto next = error_text(replica.fetch(opts));
  CHECK(contains(next, "a.hang.test:4000: the last attempt"));
  CHECK(resolver.wait_for(2));
}

TEST_CASE("without TLS a replica goes to no address but a loopback one",
          "[remote][security]") {
  node here;
  node there;
  numbered_source source;
  owner at{there, source.spawn(there.sys), quick()};
  const auto where = remote::address{"localhost", at.address().port};
  auto replica = must(remote::connect(here.sys, where, quick()));
  auto opts = fetch_options{};
  opts.report_error = true;
  {
    misleading_localhost resolver;
    const auto text = error_text(replica.fetch(opts));
    CHECK(contains(text, to_string(where)));
    CHECK(contains(text, "no loopback address"));
  }
  CHECK(secret_of(replica.fetch()) == "token-1");
}

TEST_CASE("a node ends within a second while a name is looked up",
          "[remote][shutdown]") {
  hanging_resolver resolver;
  auto here = std::make_unique<node>();
  {
    auto replica
      = must(remote::connect(here->sys, hanging("a"), quick(), for_any_name()));
    replica.prefetch();
    REQUIRE(resolver.wait_for(1));
  }
  CHECK(time_of([&] { here.reset(); }) < 1s);
}
