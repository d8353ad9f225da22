#include <bearer/error.hpp>
#include <bearer/oauth2/token_request.hpp>

#include "support/real_time.hpp"
#include "support/signing_keys.hpp"

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <string>
#include <string_view>

using namespace bearer;
using namespace std::chrono_literals;
using test::contains;
using test::error_of;
using test::form_value;

namespace {

constexpr auto endpoint = "https://server.example.com/token";

http::request build(const oauth2::options& what,
                    const secret& refresh_token = {}) {
  auto result = oauth2::make_token_request(what, endpoint, refresh_token, 7s);
  if (!result)
    throw std::runtime_error(caf::to_string(result.error()));
  return *result;
}

std::string body(const oauth2::options& what,
                 const secret& refresh_token = {}) {
  return std::string{build(what, refresh_token).body.view()};
}

/// The values of all fields of that name, one behind the other.
std::string field(const http::request& from, std::string_view name) {
  auto result = std::string{};
  for (const auto& x : from.fields)
    if (x.name == name)
      result += x.value.view();
  return result;
}

oauth2::options by(oauth2::grant grant) {
  auto result = oauth2::options{};
  result.token_endpoint = endpoint;
  result.client_id = "s6BhdRkqt3";
  result.grant = std::move(grant);
  result.clock = [] { return caf::timestamp{1'700'000'000s}; };
  return result;
}

/// As in the examples of RFC 6749.
oauth2::options with_basic(oauth2::grant grant) {
  auto result = by(std::move(grant));
  result.authentication
    = oauth2::client_secret_basic{secret{"7Fjfp0ZBr1KtDRbnfVdmIw"}};
  return result;
}

const test::key_ptr& ec_key() {
  static const auto result = test::make_ec_key("P-256");
  return result;
}

oauth2::signing_key key() {
  auto result = oauth2::signing_key{};
  result.pem = secret{test::to_pem(ec_key())};
  result.algorithm = oauth2::algorithm::es256;
  return result;
}

std::string claims_of(const std::string& form, std::string_view parameter) {
  const auto token = test::decode_jwt(form_value(form, parameter));
  CHECK(test::verifies(token, ec_key(), "SHA256"));
  return token.claims;
}

} // namespace

TEST_CASE("a token request is a posted form that wants JSON", "[oauth2]") {
  auto what = by(oauth2::client_credentials{});
  what.connection.ca_file = "/ca.pem";
  what.max_response = 1234;
  const auto request = build(what);
  CHECK(request.method == http::method::post);
  CHECK(request.url == endpoint);
  CHECK(request.timeout == 7s);
  CHECK(request.max_body == 1234);
  CHECK(request.connection == what.connection);
  CHECK(field(request, "Content-Type") == "application/x-www-form-urlencoded");
  CHECK(field(request, "Accept") == "application/json");
  CHECK(field(request, "Authorization").empty());
}

TEST_CASE("client credentials are granted as RFC 6749, section 4.4.2 shows",
          "[oauth2]") {
  const auto what = with_basic(oauth2::client_credentials{});
  CHECK(body(what) == "grant_type=client_credentials");
  CHECK(field(build(what), "Authorization")
        == "Basic czZCaGRSa3F0Mzo3RmpmcDBaQnIxS3REUmJuZlZkbUl3");
}

TEST_CASE("a token is refreshed as RFC 6749, section 6 shows", "[oauth2]") {
  const auto what = with_basic(oauth2::refresh_token{secret{"old"}, {}});
  CHECK(body(what, secret{"tGzv3JOkF0XG5Qx2TlKWIA"})
        == "grant_type=refresh_token&refresh_token=tGzv3JOkF0XG5Qx2TlKWIA");
}

TEST_CASE("a password is sent as RFC 6749, section 4.3.2 shows", "[oauth2]") {
  const auto what = with_basic(oauth2::password{"johndoe", secret{"A3ddj3w"}});
  CHECK(body(what) == "grant_type=password&username=johndoe&password=A3ddj3w");
}

TEST_CASE("a client's secret is in the body as RFC 6749, section 2.3.1 shows",
          "[oauth2]") {
  auto what = by(oauth2::refresh_token{secret{"old"}, {}});
  what.authentication
    = oauth2::client_secret_post{secret{"7Fjfp0ZBr1KtDRbnfVdmIw"}};
  CHECK(body(what, secret{"tGzv3JOkF0XG5Qx2TlKWIA"})
        == "grant_type=refresh_token&refresh_token=tGzv3JOkF0XG5Qx2TlKWIA"
           "&client_id=s6BhdRkqt3&client_secret=7Fjfp0ZBr1KtDRbnfVdmIw");
  CHECK(field(build(what), "Authorization").empty());
}

TEST_CASE("a public client names itself if it has a name", "[oauth2]") {
  auto what = by(oauth2::client_credentials{});
  CHECK(body(what) == "grant_type=client_credentials&client_id=s6BhdRkqt3");
  what.client_id.clear();
  CHECK(body(what) == "grant_type=client_credentials");
}

TEST_CASE("identifier and secret are form-encoded before base64", "[oauth2]") {
  auto what = by(oauth2::client_credentials{});
  what.client_id = "a:b c";
  what.authentication = oauth2::client_secret_basic{secret{"d%\xc3\xbc:"}};
  // "a%3Ab+c:d%25%C3%BC%3A"
  CHECK(field(build(what), "Authorization")
        == "Basic YSUzQWIrYzpkJTI1JUMzJUJDJTNB");
}

TEST_CASE("base64 has the padding that it needs", "[oauth2]") {
  auto what = by(oauth2::client_credentials{});
  auto credentials = [&what](std::string_view text) {
    what.client_id = "a";
    what.authentication = oauth2::client_secret_basic{secret{text}};
    return field(build(what), "Authorization");
  };
  CHECK(credentials("b") == "Basic YTpi");
  CHECK(credentials("bc") == "Basic YTpiYw==");
  CHECK(credentials("bcd") == "Basic YTpiY2Q=");
}

TEST_CASE("parameters are form-encoded byte by byte", "[oauth2]") {
  auto what = by(oauth2::client_credentials{});
  what.client_id.clear();
  // RFC 6749, appendix B.
  what.parameters = {{"a b", " %&+\xc2\xa3\xe2\x82\xac"},
                     {"c", "aZ09-._*~!'()/="},
                     {"n", std::string{"\0\r\n", 3}}};
  CHECK(body(what)
        == "grant_type=client_credentials&a+b=+%25%26%2B%C2%A3%E2%82%AC"
           "&c=aZ09-._*%7E%21%27%28%29%2F%3D&n=%00%0D%0A");
}

TEST_CASE("scopes, audience and resources tell what a token is for",
          "[oauth2]") {
  auto what = by(oauth2::client_credentials{});
  what.scopes = {"read", "write:all"};
  what.audience = "https://api.example";
  what.resources = {"https://a.example/", "https://b.example/"};
  what.client_id.clear();
  CHECK(body(what)
        == "grant_type=client_credentials&scope=read+write%3Aall"
           "&audience=https%3A%2F%2Fapi.example"
           "&resource=https%3A%2F%2Fa.example%2F"
           "&resource=https%3A%2F%2Fb.example%2F");
}

TEST_CASE("further header fields are sent as they are", "[oauth2]") {
  auto what = by(oauth2::client_credentials{});
  what.fields = {{"X-Tenant", secret{"7"}}, {"X-Tenant", secret{"8"}}};
  CHECK(field(build(what), "X-Tenant") == "78");
}

TEST_CASE("a given assertion is traded as RFC 7523, section 2.1 shows",
          "[oauth2]") {
  auto what = by(oauth2::jwt_bearer{secret{"eyJhbGciOiJFUzI1NiIsImtpZCI6IjE2In0"
                                           ".eyJpc3Mi.J9l-ZhwP"}});
  what.client_id.clear();
  CHECK(body(what)
        == "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer"
           "&assertion=eyJhbGciOiJFUzI1NiIsImtpZCI6IjE2In0.eyJpc3Mi.J9l-ZhwP");
}

TEST_CASE("an assertion is signed for the token endpoint", "[oauth2]") {
  auto made = oauth2::signed_assertion{};
  made.key = key();
  made.issuer = "me";
  made.subject = "you";
  const auto form = body(by(oauth2::jwt_bearer{made}));
  const auto claims = claims_of(form, "assertion");
  CHECK(contains(claims, R"("iss":"me")"));
  CHECK(contains(claims, R"("sub":"you")"));
  CHECK(contains(claims, R"("aud":"https://server.example.com/token")"));
  CHECK(contains(claims, R"("iat":1700000000)"));
}

TEST_CASE("a token is exchanged as RFC 8693, section 2.3 shows", "[oauth2]") {
  auto grant = oauth2::token_exchange{};
  grant.subject_token = secret{"accVkjcJyb4BWCxGsndESCJQbdFMogUC5PbRDqceLTC"};
  grant.subject_token_type = "urn:ietf:params:oauth:token-type:access_token";
  auto what = by(grant);
  what.client_id.clear();
  what.resources = {"https://backend.example.com/api"};
  CHECK(body(what)
        == "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Atoken-"
           "exchange"
           "&subject_token=accVkjcJyb4BWCxGsndESCJQbdFMogUC5PbRDqceLTC"
           "&subject_token_type=urn%3Aietf%3Aparams%3Aoauth%3Atoken-type"
           "%3Aaccess_token"
           "&resource=https%3A%2F%2Fbackend.example.com%2Fapi");
}

TEST_CASE("an exchange may name an actor and the type it wants", "[oauth2]") {
  auto made = oauth2::signed_assertion{};
  made.key = key();
  made.issuer = "me";
  made.subject = "me";
  auto grant = oauth2::token_exchange{};
  grant.subject_token = made;
  grant.requested_token_type = "urn:x";
  grant.actor_token = secret{"actor"};
  grant.actor_token_type = "urn:y";
  const auto form = body(by(grant));
  CHECK(contains(claims_of(form, "subject_token"), R"("iss":"me")"));
  CHECK(form_value(form, "subject_token_type")
        == "urn:ietf:params:oauth:token-type:jwt");
  CHECK(form_value(form, "requested_token_type") == "urn:x");
  CHECK(form_value(form, "actor_token") == "actor");
  CHECK(form_value(form, "actor_token_type") == "urn:y");
}

TEST_CASE("a client may authenticate by a JWT as in RFC 7523, section 2.2",
          "[oauth2]") {
  auto what = by(oauth2::client_credentials{});
  what.authentication = oauth2::private_key_jwt{key()};
  const auto form = body(what);
  CHECK(form_value(form, "client_id") == "s6BhdRkqt3");
  CHECK(form_value(form, "client_assertion_type")
        == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
  const auto claims = claims_of(form, "client_assertion");
  CHECK(contains(claims, R"("iss":"s6BhdRkqt3")"));
  CHECK(contains(claims, R"("sub":"s6BhdRkqt3")"));
  CHECK(contains(claims, R"("aud":"https://server.example.com/token")"));
  CHECK(contains(claims, R"("exp":1700000060)"));
}

TEST_CASE("a client's JWT may be meant for the issuer", "[oauth2]") {
  auto what = by(oauth2::client_credentials{});
  what.issuer = "https://server.example.com";
  auto how = oauth2::private_key_jwt{key()};
  how.audience = oauth2::private_key_jwt::audience_kind::issuer;
  what.authentication = how;
  CHECK(contains(claims_of(body(what), "client_assertion"),
                 R"("aud":"https://server.example.com")"));
}

TEST_CASE("a key that cannot sign is an error of its own", "[oauth2]") {
  auto what = by(oauth2::client_credentials{});
  auto how = oauth2::private_key_jwt{};
  how.key.file = "/nowhere/key.pem";
  what.authentication = how;
  const auto result = oauth2::make_token_request(what, endpoint, {}, 7s);
  CHECK(error_of(result) == errc::signing_failed);
  CHECK(contains(caf::to_string(result.error()), "/nowhere/key.pem"));
}

TEST_CASE("the secrets of a request are known", "[oauth2]") {
  auto what = with_basic(oauth2::refresh_token{secret{"old"}, {}});
  what.parameters = {{"pin", "1234"}};
  what.fields = {{"X-Api-Key", secret{"hunter2"}}};
  what.token_endpoint += "?v=1&key=abcd#z=efgh";
  CHECK(oauth2::secrets_of(what, secret{"current"})
        == std::vector{
          secret{"7Fjfp0ZBr1KtDRbnfVdmIw"}, secret{"current"}, secret{"1234"},
          secret{"hunter2"}, secret{"abcd"},
          secret{"Basic czZCaGRSa3F0Mzo3RmpmcDBaQnIxS3REUmJuZlZkbUl3"}});
  auto exchange = oauth2::token_exchange{};
  exchange.subject_token = secret{"subject"};
  exchange.actor_token = oauth2::signed_assertion{};
  CHECK(oauth2::secrets_of(by(exchange), {}) == std::vector{secret{"subject"}});
  // What was signed is in the body only.
  CHECK(oauth2::secrets_of(by(exchange), {},
                           secret{"grant_type=x&actor_token=a.b.c&scope=d"})
        == std::vector{secret{"subject"}, secret{"a.b.c"}});
}

TEST_CASE("the secrets of a request are known as they stand in a form",
          "[oauth2]") {
  auto what = by(oauth2::client_credentials{});
  what.authentication = oauth2::client_secret_post{secret{"a b&c"}};
  CHECK(oauth2::secrets_of(what, {})
        == std::vector{secret{"a b&c"}, secret{"a+b%26c"}});
}
