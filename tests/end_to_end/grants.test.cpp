#include "end_to_end/notebook.hpp"
#include "end_to_end/outcome.hpp"
#include <catch2/generators/catch_generators.hpp>

#include <string>
#include <vector>

using namespace bearer;
using namespace bearer::test;

namespace {

/// A server that trusts an issuer by `rsa_key`.
oauth_setup trusting() {
  auto result = with_canary();
  result.trusted_issuers["idp"] = {to_public_pem(rsa_key()), "RS256", {}};
  return result;
}

oauth2::signed_assertion assertion() {
  auto result = oauth2::signed_assertion{};
  result.key = signing_with(rsa_key());
  result.issuer = "idp";
  result.subject = "user";
  return result;
}

} // namespace

// -- grants -------------------------------------------------------------------

TEST_CASE("a client gets the scope, audience and resources that it asks for",
          "[oauth2][end_to_end]") {
  oauth_world it;
  auto options = it.client();
  options.scopes = {"read", "write"};
  options.audience = "https://api.example/?a=b&c";
  options.resources = {"https://one.example/", "urn:two"};
  const auto got = rights(it, options);
  CHECK(got.scope == "read write");
  CHECK(got.audience == std::vector<std::string>{options.audience});
  CHECK(got.resources == options.resources);
}

TEST_CASE("a user's password is traded for a token", "[oauth2][end_to_end]") {
  auto setup = with_canary();
  setup.users["jane doe"] = "pass&word ü";
  oauth_world it{setup};
  auto options = it.client();
  options.grant = oauth2::password{"jane doe", secret{"pass&word ü"}};
  CHECK(rights(it, options).subject == "jane doe");
}

TEST_CASE("a wrong password is a permanent refusal", "[oauth2][end_to_end]") {
  auto setup = with_canary();
  setup.users["jane"] = "right";
  oauth_world it{setup};
  auto options = it.client();
  options.grant = oauth2::password{"jane", secret{canary}};
  CHECK(refusal_code(it, options) == "invalid_grant");
}

TEST_CASE("an assertion is traded for a token without any client",
          "[oauth2][end_to_end]") {
  oauth_world it{trusting()};
  auto options = oauth2::options{};
  options.token_endpoint = it.server.token_endpoint();
  options.grant = oauth2::jwt_bearer{assertion()};
  const auto got = rights(it, options);
  CHECK(got.subject == "user");
  CHECK(got.client.empty());
}

TEST_CASE("an assertion of a stranger is refused", "[oauth2][end_to_end]") {
  oauth_world it{trusting()};
  auto options = it.client();
  auto other = assertion();
  other.issuer = "stranger";
  options.grant = oauth2::jwt_bearer{other};
  CHECK(refusal_code(it, options) == "invalid_grant");
}

TEST_CASE("a JWT that is made for it is exchanged for a token",
          "[oauth2][end_to_end]") {
  oauth_world it{trusting()};
  auto options = it.client();
  auto grant = oauth2::token_exchange{};
  grant.subject_token = assertion();
  grant.actor_token = assertion();
  options.grant = grant;
  CHECK(rights(it, options).subject == "user");
}

TEST_CASE("an access token is exchanged for another one",
          "[oauth2][end_to_end]") {
  oauth_world it;
  const auto first = must(ask(it.real.sys, it.source(it.client())));
  auto options = it.client();
  auto grant = oauth2::token_exchange{};
  grant.subject_token = first.access_token;
  grant.subject_token_type = "urn:ietf:params:oauth:token-type:access_token";
  options.grant = grant;
  const auto second = must(ask(it.real.sys, it.source(options)));
  CHECK(it.present(second) == 200);
  CHECK(second.access_token != first.access_token);
  it.server.authority().book().revoke_all();
  const auto err = error_of(ask(it.real.sys, it.source(options)));
  CHECK(refusal_of(err).value().error == "invalid_grant");
  CHECK(it.token_requests() == 3);
}

TEST_CASE("each code of a refusal is told as it is", "[oauth2][end_to_end]") {
  auto setup = with_canary();
  setup.clients[0].grants = {"client_credentials"};
  setup.clients[0].scopes = {"read"};
  auto open = oauth_client{};
  open.id = "open";
  open.methods = {client_method::none};
  setup.clients.push_back(open);
  const auto code = [&](auto change) {
    oauth_world it{setup};
    auto options = it.client();
    change(options);
    return refusal_code(it, options);
  };
  CHECK(code([](auto& x) { x.scopes = {"admin"}; }) == "invalid_scope");
  CHECK(code([](auto& x) {
          x.grant = oauth2::password{"jane", secret{"x"}};
        })
        == "unauthorized_client");
  CHECK(code([](auto& x) {
          x.client_id = "open";
          x.authentication = oauth2::public_client{};
        })
        == "unauthorized_client");
  CHECK(code([](auto& x) { x.client_id = "nobody"; }) == "invalid_client");
  CHECK(code([](auto& x) {
          x.parameters = {{"twice", "1"}, {"twice", "2"}};
        })
        == "invalid_request");
}

TEST_CASE("further parameters and header fields arrive with each request",
          "[oauth2][end_to_end]") {
  // What is signed is built on another thread.
  const auto is_signed = GENERATE(false, true);
  CAPTURE(is_signed);
  oauth_world it{is_signed ? keyed(rsa_key()) : with_canary()};
  const auto heard = notebook{};
  it.server.on_token_request = heard.writer();
  auto options = is_signed ? keyed_client(it, signing_with(rsa_key()))
                           : it.client();
  options.parameters = {{"tenant id", "a&b=c +%/\u00fc"}, {"prompt", "none"}};
  options.fields = {{"X-Tenant", secret{"seven; of=nine"}},
                    {"X-Trace", secret{"1"}},
                    {"X-Trace", secret{"2"}}};
  rights(it, options);
  REQUIRE(heard.all().size() == 2);
  for (const auto& what : heard.all()) {
    const auto form = form_parameters{what.body};
    CHECK(form.get("tenant id") == options.parameters[0].second);
    CHECK(form.get("prompt") == "none");
    CHECK(form.get("grant_type") == "client_credentials");
    CHECK(contains(what.header, "\r\nX-Tenant: seven; of=nine\r\n"));
    CHECK(contains(what.header, "\r\nX-Trace: 1\r\n"));
    CHECK(contains(what.header, "\r\nX-Trace: 2\r\n"));
    CHECK(field_value(what, "Accept") == "application/json");
  }
}

// -- metadata -----------------------------------------------------------------

TEST_CASE("an issuer leads to its tokens, and is asked once",
          "[oauth2][end_to_end]") {
  oauth_world it;
  auto options = it.client();
  options.token_endpoint.clear();
  options.issuer = it.server.issuer();
  rights(it, options);
  CHECK(it.server.counts().metadata_requests == 1);
}

TEST_CASE("metadata that cannot be had are a failed attempt each",
          "[oauth2][end_to_end]") {
  oauth_world it;
  using namespace manners;
  // There are two addresses. The second is asked if the first one gave an
  // answer that is no metadata, though not if it may have some in a moment.
  it.server.metadata.next({saying(503, ""), saying(200, "garbage"),
                           resetting_in_the_body, saying(404, "")});
  auto options = it.client();
  options.token_endpoint.clear();
  options.issuer = it.server.issuer();
  const auto source = it.source(options);
  for (const auto code : {errc::transient_failure, errc::answer_lost}) {
    const auto err = error_of(ask(it.real.sys, source));
    CHECK(err == code);
    CHECK(is_presentable(err, it.server.issuer()));
  }
  CHECK(it.present(must(ask(it.real.sys, source))) == 200);
  CHECK(it.server.counts().metadata_requests == 5);
  CHECK(it.token_requests() == 1);
}
