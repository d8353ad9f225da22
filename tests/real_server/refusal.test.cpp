#include <bearer/error.hpp>
#include <bearer/oauth2/options.hpp>

#include "support/real_time.hpp"
#include "support/signing_keys.hpp"

#include "glewlwyd.hpp"
#include <catch2/catch_test_macros.hpp>

using namespace bearer;
using namespace bearer::test;

namespace {

/// What one attempt fails with.
caf::error error_of(glewlwyd& server, const oauth2::options& what) {
  return test::error_of(ask(server.sys(), server.source(what)));
}

/// What the server refused, and for good.
refusal refused(glewlwyd& server, const oauth2::options& what) {
  const auto err = error_of(server, what);
  INFO(to_string(err));
  CHECK(is_permanent(err));
  auto said = refusal_of(err);
  REQUIRE(said);
  return *said;
}

} // namespace

// This server says 403 and nothing else to whoever does not authenticate.

TEST_CASE("a wrong secret is a refusal for good", "[oauth2]") {
  glewlwyd server;
  auto options = server.app();
  options.authentication = oauth2::client_secret_post{secret{"wrong-canary"}};
  const auto err = error_of(server, options);
  CHECK(is_permanent(err));
  REQUIRE(refusal_of(err));
  CHECK(refusal_of(err)->status == 403);
  CHECK(refusal_of(err)->error.empty());
  CHECK(!contains(to_string(err), "wrong-canary"));
}

TEST_CASE("a user's wrong password is a refusal for good", "[oauth2]") {
  glewlwyd server;
  auto options = server.app_of_user();
  options.grant = oauth2::password{"alice", secret{"looking-glass"}};
  CHECK(refused(server, options).status == 403);
}

TEST_CASE("a JWT for another audience or by another key is refused for good",
          "[oauth2]") {
  glewlwyd server;
  auto options = server.signer(oauth2::algorithm::rs256);
  auto& how = std::get<oauth2::private_key_jwt>(options.authentication);
  SECTION("for the issuer, where the server wants the token endpoint") {
    how.audience = oauth2::private_key_jwt::audience_kind::issuer;
    options.issuer = server.issuer();
  }
  SECTION("by a key that the server does not know") {
    how.key.pem = secret{to_pem(make_rsa_key())};
  }
  CHECK(refused(server, options).status == 403);
}

TEST_CASE("a scope or a resource that is not the client's is refused for good",
          "[oauth2]") {
  glewlwyd server;
  auto options = server.app();
  auto reason = std::string{};
  SECTION("a scope") {
    options.scopes = {"no-such-scope"};
    // Not what RFC 6749 calls it.
    reason = "scope_invalid";
  }
  SECTION("a resource") {
    options.resources = {"https://elsewhere.example/"};
    reason = "invalid_target";
  }
  const auto said = refused(server, options);
  CHECK(said.status == 400);
  CHECK(said.error == reason);
}

TEST_CASE("an issuer that the server is not has no token endpoint",
          "[oauth2]") {
  glewlwyd server;
  auto options = server.app();
  options.token_endpoint.clear();
  SECTION("a path where there is none") {
    options.issuer = server.process().url("/api/other");
    CHECK(refused(server, options).status == 404);
  }
  SECTION("another name of the same server") {
    options.issuer = server.issuer() + "/";
    CHECK(error_of(server, options) == errc::unusable_response);
  }
}

TEST_CASE("a server whose authority is not trusted hears no secret",
          "[oauth2]") {
  glewlwyd server;
  auto stranger = test_ca{"another authority"};
  auto options = server.app();
  options.connection.ca_file = stranger.file();
  const auto err = error_of(server, options);
  CHECK(err == errc::connection_failed);
  CHECK(!contains(server.log(), "client 'app'"));
}
