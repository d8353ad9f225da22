#include <bearer/oauth2/options.hpp>
#include <bearer/source/oauth2_source.hpp>

#include "support/real_time.hpp"
#include "support/signing_keys.hpp"

#include "glewlwyd.hpp"
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <chrono>

using namespace bearer;
using namespace bearer::test;
using namespace std::chrono_literals;

namespace {

/// The token of a bearer of the client's own, known to the server as such.
token token_of(glewlwyd& server, const oauth2::options& what) {
  auto result = server.bearer(what).fetch();
  REQUIRE(secret_of(result) != "");
  const auto known = server.introspect(*result);
  CHECK(contains(known, R"("active":true)"));
  CHECK(contains(known, R"("scope":"read)"));
  CHECK(contains(decode_jwt(result->access_token.view()).claims,
                 R"("client_id":")" + what.client_id + '"'));
  return *result;
}

} // namespace

TEST_CASE("a client gets a token for a secret in the header", "[oauth2]") {
  glewlwyd server;
  auto options = server.app();
  const auto how = std::get<oauth2::client_secret_post>(options.authentication);
  options.authentication = oauth2::client_secret_basic{how.client_secret};
  token_of(server, options);
}

TEST_CASE("a client gets a token for a secret in the body", "[oauth2]") {
  glewlwyd server;
  const auto tok = token_of(server, server.app());
  CHECK(tok.expires_at > caf::make_timestamp() + 50min);
}

TEST_CASE("a client that signs gets a token for each new JWT", "[oauth2]") {
  glewlwyd server;
  const auto algorithm = GENERATE(oauth2::algorithm::rs256,
                                  oauth2::algorithm::es256);
  const auto options = server.signer(algorithm);
  // The server takes the identifier of a JWT once.
  const auto first = token_of(server, options);
  const auto second = token_of(server, options);
  CHECK(first.access_token != second.access_token);
}

TEST_CASE("a user's name and password give the user's token", "[oauth2]") {
  glewlwyd server;
  const auto tok = token_of(server, server.app_of_user());
  CHECK(contains(server.introspect(tok), R"("username":"alice")"));
  CHECK(server.use(tok).status == 200);
}

TEST_CASE("an issuer is enough to find the token endpoint", "[oauth2]") {
  glewlwyd server;
  auto options = server.app();
  options.token_endpoint.clear();
  options.issuer = server.issuer();
  token_of(server, options);
}

TEST_CASE("a token is for the resource that was named", "[oauth2]") {
  glewlwyd server;
  auto options = server.app();
  options.resources = {"https://files.example/"};
  const auto tok = token_of(server, options);
  CHECK(contains(decode_jwt(tok.access_token.view()).claims,
                 R"("aud":"https://files.example/")"));
}
