#include "token_node/world.hpp"

using namespace bearer;
using namespace bearer::test;

TEST_CASE("processes with certificates of their own CA share a bearer",
          "[token_node][tls]") {
  test_ca ca;
  auto owner = program{
    owner_with(words{"--token-command", issuer(2)} + tls_of(ca.issue(), ca))};
  auto replica = program{replica_of(address_of(owner), tls_of(ca.issue(), ca))};
  REQUIRE(replica.says("published", 2));
  CHECK(end_of(replica)["remote_calls"] >= 2);
  end_of(owner);
}

TEST_CASE("a process with a certificate of another CA gets nothing",
          "[token_node][tls]") {
  test_ca ca;
  test_ca other{"somebody else's CA"};
  auto owner
    = program{owner_with(words{"--token", std::string{canary}, "--receivers=0"}
                         + tls_of(ca.issue(), ca))};
  const auto address = address_of(owner);
  const auto check = [&](const words& setup) {
    auto stranger
      = program{replica_of(address, words{"--fetch-timeout=1s"} + setup)};
    REQUIRE(stranger.says("owner_unreachable"));
    // So many have more time between them than fetches wait.
    REQUIRE(stranger.says("started", 10));
    stranger.interrupt();
    const auto got = stranger.wait();
    CAPTURE(got.out, got.err);
    CHECK(got.exit_status == 1);
    CHECK(got["local_hits"] == 0);
    CHECK(!got.shows("published"));
  };
  check(tls_of(other.issue(), ca));
  check(tls_of(other.issue(), other));
  check({});
  owner.interrupt();
  const auto got = owner.wait();
  CHECK(got.exit_status == 0);
  CHECK(got["source_calls"] == 0);
}
