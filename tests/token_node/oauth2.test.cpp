#include "support/oauth/oauth_server.hpp"

#include "token_node/world.hpp"

using namespace bearer;
using namespace bearer::test;

TEST_CASE("replicas share one client of an OAuth 2.0 server",
          "[token_node][oauth2]") {
  auto setup = oauth_setup{};
  setup.clients[0].secret = canary;
  oauth_server server{setup};
  temp_folder folder;
  auto owner = program{owner_with(
    {"--token-endpoint", server.token_endpoint(), "--client-id=client",
     "--client-secret-file", folder.write("secret", std::string{canary} + '\n'),
     "--scope=read"})};
  auto replica = program{replica_of(address_of(owner))};
  REQUIRE(replica.says("published"));
  const auto there = end_of(replica);
  CHECK(!there.shows("access-"));
  const auto here = end_of(owner);
  CHECK(!here.shows("access-"));
  CHECK(here["source_calls"] == 1);
  CHECK(server.counts().token_requests == 1);
}
