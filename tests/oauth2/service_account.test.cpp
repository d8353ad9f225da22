#include <bearer/error.hpp>
#include <bearer/oauth2/service_account.hpp>
#include <bearer/oauth2/token_request.hpp>

#include "support/real_time.hpp"
#include "support/signing_keys.hpp"
#include "support/temp_folder.hpp"

#include <catch2/catch_test_macros.hpp>

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

using namespace bearer;
using namespace std::chrono_literals;
using test::contains;
using test::error_of;
using test::error_text;

namespace {

/// A string of JSON.
std::string in_quotes(std::string_view text) {
  auto result = std::string{'"'};
  for (auto c : text) {
    if (c == '\n')
      result += "\\n";
    else
      result += c;
  }
  return result + '"';
}

/// A key file with some members replaced; an empty value leaves one out.
std::string
key_file(const std::string& pem,
         std::initializer_list<std::pair<std::string, std::string>> changes
         = {}) {
  auto members = std::map<std::string, std::string>{
    {"type", in_quotes("service_account")},
    {"project_id", in_quotes("project")},
    {"private_key_id", in_quotes("key-1")},
    {"private_key", in_quotes(pem)},
    {"client_email", in_quotes("me@project.example")},
    {"token_uri", in_quotes("https://oauth2.example/token")}};
  for (const auto& [name, value] : changes)
    members[name] = value;
  auto result = std::string{};
  for (const auto& [name, value] : members)
    if (!value.empty())
      result += (result.empty() ? "" : ",\n") + in_quotes(name) + ": " + value;
  return "{\n" + result + "\n}\n";
}

const test::temp_folder& folder() {
  static const auto result = test::temp_folder{};
  return result;
}

caf::expected<oauth2::options>
read(const std::string& content, const std::vector<std::string>& scopes = {}) {
  return oauth2::read_service_account(folder().write("account.json", content),
                                      scopes);
}

std::string complaint(const std::string& content) {
  const auto result = read(content);
  CHECK(error_of(result) == errc::invalid_setting);
  CHECK(contains(error_text(result), "account.json"));
  CHECK_FALSE(contains(error_text(result), "CANARY"));
  return error_text(result);
}

} // namespace

TEST_CASE("a service account's file says how to get a token", "[oauth2]") {
  const auto result = read(key_file("CANARY"), {"a", "b"});
  REQUIRE(result);
  CHECK(result->token_endpoint == "https://oauth2.example/token");
  CHECK(std::holds_alternative<oauth2::public_client>(result->authentication));
  CHECK(result->scopes.empty());
  const auto& grant = std::get<oauth2::jwt_bearer>(result->grant);
  const auto& what = std::get<oauth2::signed_assertion>(grant.assertion);
  CHECK(what.key.pem.view() == "CANARY");
  CHECK(what.key.file.empty());
  CHECK(what.key.key_id == "key-1");
  CHECK(what.key.algorithm == oauth2::algorithm::rs256);
  CHECK(what.issuer == "me@project.example");
  CHECK(what.subject == "me@project.example");
  CHECK(what.audience == "https://oauth2.example/token");
  CHECK(what.claims
        == std::vector<std::pair<std::string, std::string>>{{"scope", "a b"}});
}

TEST_CASE("the options of a service account make a request", "[oauth2]") {
  const auto key = test::make_rsa_key();
  const auto what = read(key_file(test::to_pem(key)));
  REQUIRE(what);
  const auto request = oauth2::make_token_request(*what, what->token_endpoint,
                                                  {}, 5s);
  REQUIRE(request);
  const auto token
    = test::decode_jwt(test::form_value(request->body.view(), "assertion"));
  CHECK(test::verifies(token, key, "SHA256"));
  CHECK_FALSE(contains(token.claims, "scope"));
}

TEST_CASE("a service account's file is complete", "[oauth2]") {
  for (const std::string name :
       {"type", "private_key", "client_email", "token_uri"}) {
    CAPTURE(name);
    CHECK(contains(complaint(key_file("CANARY", {{name, ""}})), name));
    CHECK(contains(complaint(key_file("CANARY", {{name, "null"}})), name));
    CHECK(contains(complaint(key_file("CANARY", {{name, "[]"}})), name));
    CHECK(contains(complaint(key_file("CANARY", {{name, "\"\""}})), name));
  }
  CHECK(read(key_file("CANARY", {{"private_key_id", ""}})));
  CHECK(contains(complaint(key_file("CANARY", {{"private_key_id", "1"}})),
                 "private_key_id"));
  CHECK(contains(complaint(key_file("CANARY",
                                    {{"type", in_quotes("authorized_user")}})),
                 "type"));
  CHECK(contains(complaint(key_file(
                   "CANARY", {{"token_uri", in_quotes("http://a.example/")}})),
                 "token_endpoint"));
}

TEST_CASE("what is no service account's file is said to be none", "[oauth2]") {
  CHECK(contains(complaint(""), "JSON"));
  CHECK(contains(complaint("CANARY"), "JSON"));
  CHECK(contains(complaint("{\"private_key\":\"CANARY\n\"}"), "byte"));
  const auto missing = oauth2::read_service_account("/nowhere/x.json", {});
  CHECK(error_of(missing) == errc::invalid_setting);
  CHECK(contains(error_text(missing), "/nowhere/x.json"));
  CHECK(error_of(oauth2::read_service_account("", {}))
        == errc::invalid_setting);
}

TEST_CASE("a service account asks for scopes as RFC 6749 has them",
          "[oauth2]") {
  CHECK(error_of(read(key_file("CANARY"), {"a b"})) == errc::invalid_setting);
  CHECK(contains(error_text(read(key_file("CANARY"), {""})), "scopes"));
}
