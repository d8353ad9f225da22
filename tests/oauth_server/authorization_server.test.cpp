#include "support/oauth/authorization_server.hpp"

#include <bearer/oauth2/jwt.hpp>

#include "support/real_time.hpp"
#include "support/signing_keys.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>

using namespace bearer;
using namespace bearer::test;
using namespace std::chrono_literals;

// What good requests get is tested end to end; this is about those that a
// server must not believe.

namespace {

constexpr auto now = caf::timestamp{1'700'000'000s};

/// A server that knows one client by its key.
struct fixture {
  explicit fixture(caf::timestamp at = now) {
    auto setup = oauth_setup{};
    setup.clients[0].methods = {client_method::private_key_jwt};
    setup.clients[0].key = {to_public_pem(key), "ES256", {}};
    setup.clock = [at] { return at; };
    server.emplace(setup, [] { return "https://as.example"; });
  }

  key_ptr key = make_ec_key("P-256");
  std::optional<authorization_server> server;

  http_answer post(const std::string& form, const std::string& fields = {}) {
    const auto type = "Content-Type: application/x-www-form-urlencoded\r\n";
    return server->answer_token_request(heard_request{
      "POST /token HTTP/1.1\r\n" + std::string{type} + fields + "\r\n" + form});
  }

  http_answer post_jwt(const std::string& jwt) {
    return post("grant_type=client_credentials&client_id=client&client_"
                "assertion_type=urn:ietf:params:oauth:client-assertion-type:"
                "jwt-bearer&client_assertion="
                + jwt);
  }

  oauth2::signed_assertion claims() const {
    auto result = oauth2::signed_assertion{};
    result.key.pem = secret{to_pem(key)};
    result.key.algorithm = oauth2::algorithm::es256;
    result.issuer = "client";
    result.subject = "client";
    return result;
  }

  std::string sign(const oauth2::signed_assertion& what) const {
    auto result = oauth2::sign(what, "https://as.example/token", now);
    return std::string{result.value().view()};
  }
};

bool is(const http_answer& x, const std::string& code,
        const std::string& description) {
  CAPTURE(x.status, x.body);
  return contains(x.body, '"' + code + '"') && contains(x.body, description);
}

} // namespace

TEST_CASE("the test server takes a signature once", "[oauth2]") {
  auto it = fixture{};
  const auto jwt = it.sign(it.claims());
  CHECK(it.post_jwt(jwt).status == "200 OK");
  CHECK(is(it.post_jwt(jwt), "invalid_client", "used before"));
}

TEST_CASE("the test server takes no forged signature", "[oauth2]") {
  auto it = fixture{};
  const auto jwt = it.sign(it.claims());
  const auto end = jwt.rfind('.');
  const auto start = jwt.find('.');
  // {"alg":"none"}
  const auto none = "eyJhbGciOiJub25lIn0" + jwt.substr(start, end - start + 1);
  CHECK(is(it.post_jwt(none), "invalid_client", "algorithm"));
  CHECK(is(it.post_jwt(jwt.substr(0, end + 1)), "invalid_client", "signature"));
  auto changed = jwt;
  changed[end + 5] = changed[end + 5] == 'A' ? 'B' : 'A';
  CHECK(is(it.post_jwt(changed), "invalid_client", "signature"));
  CHECK(is(it.post_jwt("nonsense"), "invalid_client", "no JWT"));
  auto other = it.claims();
  other.key.pem = secret{to_pem(make_ec_key("P-256"))};
  CHECK(is(it.post_jwt(it.sign(other)), "invalid_client", "signature"));
  CHECK(it.server->book().issued() == 0);
}

TEST_CASE("the test server looks at the claims", "[oauth2]") {
  auto it = fixture{};
  auto claims = it.claims();
  claims.audience = "https://other.example";
  CHECK(is(it.post_jwt(it.sign(claims)), "invalid_client", "somebody else"));
  claims = it.claims();
  claims.subject = "other";
  CHECK(is(it.post_jwt(it.sign(claims)), "invalid_client", "differ"));
  auto late = fixture{now + 10min};
  CHECK(
    is(late.post_jwt(late.sign(late.claims())), "invalid_client", "expired"));
  auto early = fixture{now - 10min};
  CHECK(
    is(early.post_jwt(early.sign(early.claims())), "invalid_client", "future"));
  CHECK(it.server->book().issued() == 0);
}

TEST_CASE("the test server takes forms that are unambiguous", "[oauth2]") {
  auto it = fixture{};
  CHECK(is(it.post("grant_type=a&grant_type=a"), "invalid_request", "twice"));
  CHECK(is(it.post("client_id=client&client_secret=x",
                   "Authorization: Basic YTpi\r\n"),
           "invalid_request", "several"));
  CHECK(is(it.post("grant_type=client_credentials"), "invalid_client",
           "no client"));
  CHECK(is(it.post("x=1", "Authorization: Basic !\r\n"), "invalid_client",
           "base64"));
  const auto get = it.server->answer_token_request(
    heard_request{"GET /token HTTP/1.1\r\n\r\n"});
  CHECK(is(get, "invalid_request", "POST"));
}

TEST_CASE("the test server ends a family whose old token is shown again",
          "[oauth2]") {
  auto book = token_book{};
  const auto first = book.begin_family({"client", "user", "read", {}, {}});
  CHECK(!book.use(first, "other", true));
  const auto second = book.use(first, "client", true).value().next;
  CHECK(second != first);
  CHECK(!book.use(first, "client", true));
  CHECK(!book.use(second, "client", true));
}

TEST_CASE("the test server's resource tells what is wrong with a token",
          "[oauth2]") {
  auto it = fixture{};
  auto state = token_state{};
  const auto show = [&](const std::string& token) {
    return it.server->answer_resource_request(
      heard_request{"GET /resource HTTP/1.1\r\nAuthorization: Bearer " + token
                    + "\r\n\r\n"},
      state);
  };
  auto& book = it.server->book();
  const auto good = book.issue({}, now + 1ns);
  const auto old = book.issue({}, now);
  CHECK(show(good).status == "200 OK");
  CHECK(contains(show(old).fields, "invalid_token"));
  CHECK(state == token_state::expired);
  CHECK(show("other").status.starts_with("401"));
  CHECK(state == token_state::unknown);
  book.revoke_all();
  CHECK(contains(show(good).fields, "revoked"));
  CHECK(state == token_state::revoked);
  const auto nothing = it.server->answer_resource_request(
    heard_request{"GET /resource HTTP/1.1\r\n\r\n"}, state);
  CHECK(nothing.status.starts_with("401"));
  CHECK(!contains(nothing.fields, "error"));
}
