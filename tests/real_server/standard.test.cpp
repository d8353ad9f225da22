#include <bearer/error.hpp>
#include <bearer/oauth2/options.hpp>

#include "support/real_time.hpp"

#include "django_server.hpp"
#include <catch2/catch_test_macros.hpp>

#include <string>
#include <string_view>

using namespace bearer;
using namespace bearer::test;

// What RFC 6749 says a server does, from one that does it.

namespace {

/// Asks for a token with the options and expects a refusal for good.
void check_refused(django_server& server, const oauth2::options& what,
                   std::uint16_t status, std::string_view code,
                   std::string_view description = "") {
  const auto err = error_of(ask(server.sys(), server.source(what)));
  INFO(to_string(err));
  CHECK(is_permanent(err));
  const auto said = refusal_of(err);
  REQUIRE(said);
  CHECK(said->status == status);
  CHECK(said->error == code);
  CHECK(said->description == description);
  CHECK(!contains(to_string(err), "canary"));
}

secret secret_of_client(const oauth2::options& what) {
  return std::get<oauth2::client_secret_post>(what.authentication)
    .client_secret;
}

} // namespace

TEST_CASE("a client's secret of any characters arrives in header and body",
          "[oauth2]") {
  django_server server;
  auto options = server.app();
  CHECK(secret_of(server.bearer(options).fetch()) != "");
  options.authentication
    = oauth2::client_secret_basic{secret_of_client(options)};
  CHECK(secret_of(server.bearer(options).fetch()) != "");
}

TEST_CASE("an issuer's metadata is found behind a redirect as well",
          "[oauth2]") {
  django_server server;
  auto options = server.app();
  options.token_endpoint.clear();
  options.issuer = server.issuer();
  CHECK(secret_of(server.bearer(options).fetch()) != "");
}

TEST_CASE("a wrong secret is an invalid_client", "[oauth2]") {
  django_server server;
  auto options = server.app();
  options.authentication = oauth2::client_secret_post{secret{"canary"}};
  check_refused(server, options, 401, "invalid_client");
  options.authentication = oauth2::client_secret_basic{secret{"canary"}};
  check_refused(server, options, 401, "invalid_client");
}

TEST_CASE("an unknown scope is an invalid_scope", "[oauth2]") {
  django_server server;
  auto options = server.app();
  options.scopes = {"no-such-scope"};
  check_refused(server, options, 400, "invalid_scope");
}

TEST_CASE("a grant that is not the client's, or that nobody has, is refused "
          "for good",
          "[oauth2]") {
  django_server server;
  auto options = server.app();
  options.grant = oauth2::password{"alice", secret{"wonderland"}};
  check_refused(server, options, 400, "unauthorized_client");
  options.grant = oauth2::jwt_bearer{secret{"canary"}};
  check_refused(server, options, 400, "unsupported_grant_type");
}

TEST_CASE("a wrong password or refresh token is an invalid_grant", "[oauth2]") {
  django_server server;
  auto options = server.app_of_user();
  options.grant = oauth2::password{"alice", secret{"canary"}};
  check_refused(server, options, 400, "invalid_grant",
                "Invalid credentials given.");
  options.grant = oauth2::refresh_token{secret{"canary"}};
  check_refused(server, options, 400, "invalid_grant");
}
