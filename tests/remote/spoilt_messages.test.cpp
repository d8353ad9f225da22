#include <bearer/bearer.hpp>

#include "support/numbered_source.hpp"
#include "support/real_sources.hpp"
#include "support/tcp_server.hpp"

#include "remote/support/node.hpp"
#include "remote/support/recorded_node.hpp"
#include <catch2/catch_test_macros.hpp>

#include <string>

using namespace bearer;
using namespace bearer::test;

TEST_CASE("messages that are not what they should be harm nobody",
          "[remote][intruder]") {
  node here;
  node there;
  numbered_source source;
  owner at{there, source.spawn(there.sys), quick()};
  const auto port = at.address().port;
  const auto peer = recorded_node{port};
  {
    // What it said means the same once more.
    const auto again = connect_to(port);
    again->write(peer.text());
    auto heard = std::string{};
    while (!contains(heard, "token-1")) {
      const auto more = again->read();
      REQUIRE(!more.empty());
      heard += more;
    }
  }
  for (auto seed = 0U; seed < 500; ++seed) {
    CAPTURE(seed);
    REQUIRE(send_and_wait(port, peer.spoilt(seed)));
  }
  auto replica = must(remote::connect(here.sys, at.address(), quick()));
  CHECK(secret_of(replica.fetch()).starts_with("token-"));
  CHECK(at.bearer.status().state != bearer_state::stopped);
}
