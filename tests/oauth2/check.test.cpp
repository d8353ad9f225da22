#include <bearer/error.hpp>
#include <bearer/oauth2/token_request.hpp>

#include "support/real_time.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>

using namespace bearer;
using namespace std::chrono_literals;
using test::contains;

namespace {

oauth2::options good() {
  auto result = oauth2::options{};
  result.token_endpoint = "https://as.example/token";
  result.client_id = "me";
  return result;
}

/// The options with one thing changed.
template <class F>
oauth2::options but(F change) {
  auto result = good();
  change(result);
  return result;
}

template <class F>
bool accepts(F change) {
  const auto err = oauth2::check(but(change));
  INFO(to_string(err));
  CHECK_FALSE(err);
  return !err;
}

/// What is said about the change.
template <class F>
std::string complaint(F change) {
  const auto err = oauth2::check(but(change));
  CHECK(err == errc::invalid_setting);
  return to_string(err);
}

template <class F>
bool names(const std::string& member, F change) {
  const auto text = complaint(change);
  INFO(text);
  return contains(text, "oauth2: " + member);
}

oauth2::signed_assertion assertion() {
  auto result = oauth2::signed_assertion{};
  result.key.file = "/key.pem";
  result.issuer = "me";
  result.subject = "me";
  return result;
}

oauth2::private_key_jwt by_jwt() {
  auto result = oauth2::private_key_jwt{};
  result.key.file = "/key.pem";
  return result;
}

using options = oauth2::options;

} // namespace

TEST_CASE("sensible options pass the check", "[oauth2]") {
  CHECK(accepts([](options&) {}));
  CHECK(accepts([](options& x) {
    x.authentication = oauth2::client_secret_basic{secret{"s"}};
    x.scopes = {"read", "!#[]~"};
    x.resources = {"https://a.example/b?c=d", "urn:x:y"};
    x.parameters = {{"tenant", "\r\n"}};
    x.fields = {{"X-Tenant", secret{"a\tb \xc3\xbc"}}};
  }));
}

TEST_CASE("the server is named in exactly one way", "[oauth2]") {
  CHECK(names("token_endpoint", [](options& x) { x.token_endpoint.clear(); }));
  CHECK(names("token_endpoint",
              [](options& x) { x.issuer = "https://as.example"; }));
  CHECK(accepts([](options& x) {
    x.token_endpoint.clear();
    x.issuer = "https://as.example";
  }));
}

TEST_CASE("a client's JWT for the issuer takes the issuer", "[oauth2]") {
  auto how = by_jwt();
  how.audience = oauth2::private_key_jwt::audience_kind::issuer;
  CHECK(names("issuer", [&](options& x) { x.authentication = how; }));
  CHECK(accepts([&](options& x) {
    x.authentication = how;
    x.issuer = "https://as.example";
  }));
  CHECK(accepts([&](options& x) {
    x.authentication = how;
    x.token_endpoint.clear();
    x.issuer = "https://as.example";
  }));
}

TEST_CASE("secrets go to https or to this machine", "[oauth2]") {
  for (const std::string url :
       {"http://as.example/token", "as.example", "https://u:p@as.example/",
        "https://as.example/#x", "ftp://as.example/"}) {
    CAPTURE(url);
    CHECK(
      names("token_endpoint: ", [&](options& x) { x.token_endpoint = url; }));
    CHECK(names("issuer: ", [&](options& x) {
      x.token_endpoint.clear();
      x.issuer = url;
    }));
  }
  CHECK(names("issuer: ", [](options& x) {
    x.token_endpoint.clear();
    x.issuer = "https://as.example/?tenant=1";
  }));
  CHECK(accepts(
    [](options& x) { x.token_endpoint = "http://127.0.0.1:8080/token"; }));
  CHECK(accepts([](options& x) {
    x.token_endpoint = "http://as.example/token";
    x.connection.allow_plain_http = true;
  }));
}

TEST_CASE("who authenticates needs a name", "[oauth2]") {
  auto nameless = [](oauth2::grant grant,
                     oauth2::client_authentication how = {}) {
    return [=](options& x) {
      x.client_id.clear();
      x.grant = grant;
      x.authentication = how;
    };
  };
  CHECK(names("client_id", nameless(oauth2::client_credentials{})));
  CHECK(names("client_id", nameless(oauth2::refresh_token{secret{"r"}, {}})));
  CHECK(names("client_id", nameless(oauth2::jwt_bearer{secret{"a"}},
                                    oauth2::client_secret_post{secret{"s"}})));
  CHECK(names("client_id", nameless(oauth2::jwt_bearer{secret{"a"}},
                                    oauth2::client_secret_basic{secret{"s"}})));
  CHECK(
    names("client_id", nameless(oauth2::jwt_bearer{secret{"a"}}, by_jwt())));
  CHECK(accepts(nameless(oauth2::jwt_bearer{secret{"a"}})));
  CHECK(accepts(nameless(oauth2::token_exchange{secret{"a"}})));
  CHECK(accepts(nameless(oauth2::password{"u", secret{"p"}})));
  CHECK(names("client_id", [](options& x) {
    x.client_id = std::string{"a\0b", 3};
  }));
}

TEST_CASE("a secret is not empty and not endless", "[oauth2]") {
  CHECK(names("client_secret", [](options& x) {
    x.authentication = oauth2::client_secret_basic{};
  }));
  CHECK(names("client_secret", [](options& x) {
    x.authentication = oauth2::client_secret_post{};
  }));
  CHECK(names("client_secret", [](options& x) {
    x.authentication
      = oauth2::client_secret_basic{secret{std::string(65'537, 'a')}};
  }));
  CHECK(names("refresh_token",
              [](options& x) { x.grant = oauth2::refresh_token{}; }));
  CHECK(names("assertion", [](options& x) { x.grant = oauth2::jwt_bearer{}; }));
  CHECK(names("username", [](options& x) {
    x.grant = oauth2::password{"", secret{"p"}};
  }));
  CHECK(names("user_password", [](options& x) {
    x.grant = oauth2::password{"u", {}};
  }));
}

TEST_CASE("an exchange has a subject, and types", "[oauth2]") {
  auto exchange = [](auto change) {
    return [=](options& x) {
      auto grant = oauth2::token_exchange{secret{"subject"}};
      change(grant);
      x.grant = grant;
    };
  };
  using token_exchange = oauth2::token_exchange;
  CHECK(accepts(exchange([](token_exchange&) {})));
  CHECK(names("subject_token",
              exchange([](token_exchange& x) { x.subject_token = secret{}; })));
  CHECK(names("subject_token_type", exchange([](token_exchange& x) {
                x.subject_token_type.clear();
              })));
  CHECK(
    accepts(exchange([](token_exchange& x) { x.actor_token_type.clear(); })));
  CHECK(names("actor_token_type", exchange([](token_exchange& x) {
                x.actor_token = secret{"actor"};
                x.actor_token_type.clear();
              })));
  CHECK(names("actor_token.key", exchange([](token_exchange& x) {
                auto made = assertion();
                made.key.file.clear();
                x.actor_token = made;
              })));
}

TEST_CASE("an assertion can be signed", "[oauth2]") {
  auto bearer = [](auto change) {
    return [=](options& x) {
      auto made = assertion();
      change(made);
      x.grant = oauth2::jwt_bearer{made};
    };
  };
  using made = oauth2::signed_assertion;
  CHECK(accepts(bearer([](made&) {})));
  CHECK(names("assertion.issuer", bearer([](made& x) { x.issuer.clear(); })));
  CHECK(names("assertion.subject", bearer([](made& x) { x.subject.clear(); })));
  CHECK(names("assertion.lifetime", bearer([](made& x) { x.lifetime = 0s; })));
  CHECK(
    names("assertion.key.file", bearer([](made& x) { x.key.file.clear(); })));
  CHECK(names("assertion.key.file",
              bearer([](made& x) { x.key.pem = secret{"p"}; })));
  CHECK(names("assertion.claims", bearer([](made& x) {
                x.claims = {{"iss", "x"}};
              })));
  CHECK(names("assertion.claims", bearer([](made& x) {
                x.claims = {{"a", "x"}, {"a", "y"}};
              })));
  CHECK(names("assertion.claims", bearer([](made& x) {
                x.claims = {{"", "x"}};
              })));
}

TEST_CASE("a client's JWT can be signed", "[oauth2]") {
  auto with = [](auto change) {
    return [=](options& x) {
      auto how = by_jwt();
      change(how);
      x.authentication = how;
    };
  };
  using jwt = oauth2::private_key_jwt;
  CHECK(accepts(with([](jwt&) {})));
  CHECK(
    names("private_key_jwt.lifetime", with([](jwt& x) { x.lifetime = -1s; })));
  CHECK(names("private_key_jwt.key.file",
              with([](jwt& x) { x.key.file.clear(); })));
  CHECK(names("private_key_jwt.key.file",
              with([](jwt& x) { x.key.pem = secret{"p"}; })));
}

TEST_CASE("scopes and resources are what their RFCs allow", "[oauth2]") {
  for (const std::string scope :
       {"", "a b", "a\"", "a\\", "\xc3\xbc", "a\n", "\x7f"})
    CHECK(names("scopes", [&](options& x) { x.scopes = {"good", scope}; }));
  for (const std::string resource :
       {"", "api", "/api", ":x", "https:", "https://a.example/#b", "1a:b",
        "https://a.example/\xc3\xbc", "https://a.example/ b"})
    CHECK(names("resources", [&](options& x) { x.resources = {resource}; }));
}

TEST_CASE("an extra parameter replaces none of ours", "[oauth2]") {
  auto extra = [](const std::string& name, oauth2::grant grant = {},
                  oauth2::client_authentication how = {}) {
    return [=](options& x) {
      x.parameters = {{"good", "1"}, {name, "2"}};
      x.grant = grant;
      x.authentication = how;
    };
  };
  for (const std::string name :
       {"", "grant_type", "scope", "audience", "resource", "client_id"}) {
    CAPTURE(name);
    CHECK(names("parameters", extra(name)));
  }
  const auto grant = oauth2::password{"u", secret{"p"}};
  CHECK(names("parameters", extra("username", grant)));
  CHECK(accepts(extra("username")));
  const auto post = oauth2::client_secret_post{secret{"s"}};
  CHECK(names("parameters", extra("client_secret", {}, post)));
  CHECK(names("parameters", extra("client_assertion", {}, by_jwt())));
  const auto basic = oauth2::client_secret_basic{secret{"s"}};
  CHECK(accepts(extra("client_id", {}, basic)));
}

TEST_CASE("an extra header field smuggles nothing in", "[oauth2]") {
  auto extra = [](const std::string& name, const std::string& value) {
    return [=](options& x) { x.fields = {{name, secret{value}}}; };
  };
  for (const std::string name :
       {"Authorization", "content-type", "CONTENT-LENGTH", "Host", "Accept",
        "Transfer-Encoding", "", "X Y", "X:", "X\r\nY"})
    CHECK(names("fields", extra(name, "CANARY")));
  for (const auto& value :
       {std::string{"CANARY\r\nX: y"}, std::string{"CANARY\n"},
        std::string{"CANARY\0", 7}, std::string{"CANARY\x7f"}}) {
    CHECK(names("fields", extra("X-Key", value)));
    CHECK(contains(complaint(extra("X-Key", value)), "X-Key"));
    CHECK_FALSE(contains(complaint(extra("X-Key", value)), "CANARY"));
  }
}

TEST_CASE("clock and bounds have a meaning", "[oauth2]") {
  CHECK(names("clock", [](options& x) { x.clock = nullptr; }));
  CHECK(names("max_response", [](options& x) { x.max_response = 0; }));
}

TEST_CASE("a proxy is one", "[oauth2]") {
  const auto wrong = [](options& x) {
    x.connection.proxy = "http://user:CANARY@[";
  };
  CHECK(names("connection", wrong));
  CHECK(contains(complaint(wrong), "proxy"));
  CHECK_FALSE(contains(complaint(wrong), "CANARY"));
}
