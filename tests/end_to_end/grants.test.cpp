#include "support/signing_keys.hpp"

#include "end_to_end/world.hpp"

#include <array>
#include <string>

using namespace bearer;
using namespace bearer::test;
using namespace std::chrono_literals;

namespace {

/// Keys take their time to make.
const key_ptr& rsa_key() {
  static const auto result = make_rsa_key();
  return result;
}

oauth2::signing_key
signing_with(const key_ptr& key,
             oauth2::algorithm how = oauth2::algorithm::rs256) {
  auto result = oauth2::signing_key{};
  result.pem = secret{to_pem(key)};
  result.algorithm = how;
  return result;
}

/// A server that knows the client by this key.
oauth_setup keyed(const key_ptr& key, const std::string& algorithm = "RS256") {
  auto result = oauth_setup{};
  auto& client = result.clients[0];
  client.methods = {client_method::private_key_jwt};
  client.key.public_key = to_public_pem(key);
  client.key.algorithm = algorithm;
  return result;
}

oauth2::options keyed_client(const oauth_world& of, oauth2::signing_key key) {
  auto result = of.client();
  auto how = oauth2::private_key_jwt{};
  how.key = std::move(key);
  result.authentication = std::move(how);
  return result;
}

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

/// What a token that a bearer got is good for, as the server sees it.
token_rights rights(oauth_world& it, const oauth2::options& options) {
  const auto api = it.spawn(options, quick_unless_permanent());
  const auto token = must(api.fetch(once()));
  CHECK(it.present(token) == 200);
  // The server remembers assertions, so the next one must be another.
  auto newer = once();
  newer.renew_required = true;
  CHECK(it.present(must(api.fetch(newer))) == 200);
  CHECK(it.token_requests() == 2);
  return it.server.authority()
    .book()
    .rights_of(std::string{token.access_token.view()})
    .value();
}

/// The code of the refusal of the only request.
std::string refusal_code(oauth_world& it, const oauth2::options& options) {
  const auto err
    = error_of(it.spawn(options, quick_unless_permanent()).fetch(once()));
  CHECK(is_permanent(err));
  CHECK(is_presentable(err, it.server.token_endpoint()));
  CHECK(it.token_requests() == 1);
  return refusal_of(err).value().error;
}

} // namespace

// -- client authentication ----------------------------------------------------

TEST_CASE("a client authenticates by its secret in header or body",
          "[oauth2][end_to_end]") {
  auto setup = oauth_setup{};
  auto& known = setup.clients[0];
  // Without form-encoding, the header would not arrive as it was.
  known.id = "my client: 50% ü&";
  known.secret = "a:b+c d%20=/ü";
  for (const auto method : {client_method::basic, client_method::post}) {
    known.methods = {method};
    oauth_world it{setup};
    auto options = it.client();
    options.client_id = known.id;
    if (method == client_method::basic)
      options.authentication
        = oauth2::client_secret_basic{secret{known.secret}};
    else
      options.authentication = oauth2::client_secret_post{secret{known.secret}};
    CHECK(rights(it, options).client == known.id);
  }
}

TEST_CASE("a client that uses the other way is refused",
          "[oauth2][end_to_end]") {
  auto setup = with_canary();
  setup.clients[0].methods = {client_method::post};
  oauth_world it{setup};
  CHECK(refusal_code(it, it.client()) == "invalid_client");
}

TEST_CASE("a client authenticates by each kind of key and for each audience",
          "[oauth2][end_to_end]") {
  struct row {
    const char* name;
    oauth2::algorithm how;
    const char* curve;
  };
  using oauth2::algorithm;
  using setup_audience = oauth_setup::audience;
  using key_audience = oauth2::private_key_jwt::audience_kind;
  for (const auto& x : {row{"RS256", algorithm::rs256, nullptr},
                        row{"RS384", algorithm::rs384, nullptr},
                        row{"RS512", algorithm::rs512, nullptr},
                        row{"ES256", algorithm::es256, "P-256"},
                        row{"ES384", algorithm::es384, "P-384"},
                        row{"ES512", algorithm::es512, "P-521"}}) {
    CAPTURE(x.name);
    const auto own = x.curve != nullptr ? make_ec_key(x.curve) : nullptr;
    const auto& key = own ? own : rsa_key();
    for (const auto for_issuer : {false, true}) {
      auto setup = keyed(key, x.name);
      setup.clients[0].key.key_id = "key-7";
      setup.wanted_audience = for_issuer ? setup_audience::issuer
                                         : setup_audience::token_endpoint;
      oauth_world it{setup};
      auto signer = signing_with(key, x.how);
      signer.key_id = "key-7";
      auto options = keyed_client(it, signer);
      if (for_issuer) {
        std::get<oauth2::private_key_jwt>(options.authentication).audience
          = key_audience::issuer;
        options.issuer = it.server.issuer();
      }
      CHECK(rights(it, options).client == "client");
    }
  }
}

TEST_CASE(
  "a client's JWT for the wrong audience or by the wrong key is refused",
  "[oauth2][end_to_end]") {
  auto setup = keyed(rsa_key());
  setup.wanted_audience = oauth_setup::audience::issuer;
  {
    oauth_world it{setup};
    CHECK(refusal_code(it, keyed_client(it, signing_with(rsa_key())))
          == "invalid_client");
  }
  oauth_world it{keyed(rsa_key())};
  CHECK(refusal_code(it, keyed_client(it, signing_with(make_rsa_key())))
        == "invalid_client");
}

TEST_CASE("a key that is replaced in its file is used from then on",
          "[oauth2][end_to_end]") {
  const auto fresh = make_ec_key("P-256");
  oauth_world it{keyed(fresh, "ES256")};
  auto folder = temp_folder{};
  auto key = oauth2::signing_key{};
  key.file = folder.write("key.pem", to_pem(make_ec_key("P-256")));
  key.algorithm = oauth2::algorithm::es256;
  const auto api = it.spawn(keyed_client(it, key), quick_unless_permanent());
  const auto err = error_of(api.fetch(once()));
  CHECK(refusal_of(err).value().error == "invalid_client");
  folder.write("key.pem", to_pem(fresh));
  CHECK(it.present(must(api.fetch(once()))) == 200);
  CHECK(it.token_requests() == 2);
}

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
  // There are two addresses, of which the second is asked unless the first one
  // gave no answer at all.
  it.server.metadata.next({saying(503, ""), saying(200, "garbage"),
                           resetting_in_the_body, saying(404, "")});
  auto options = it.client();
  options.token_endpoint.clear();
  options.issuer = it.server.issuer();
  const auto source = it.source(options);
  for (const auto code : {errc::unusable_response, errc::answer_lost}) {
    const auto err = error_of(ask(it.real.sys, source));
    CHECK(err == code);
    CHECK(is_presentable(err, it.server.issuer()));
  }
  CHECK(it.present(must(ask(it.real.sys, source))) == 200);
  CHECK(it.server.counts().metadata_requests == 5);
  CHECK(it.token_requests() == 1);
}
