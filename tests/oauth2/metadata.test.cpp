#include <bearer/error.hpp>
#include <bearer/oauth2/metadata.hpp>

#include "support/real_time.hpp"

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <string>
#include <vector>

using namespace bearer;
using namespace std::chrono_literals;
using test::contains;
using test::error_of;
using test::error_text;

namespace {

const auto issuer = std::string{"https://as.example/tenant"};

caf::expected<std::string> parse(std::uint16_t status, const std::string& body,
                                 const std::string& whose = issuer) {
  auto answer = http::response{};
  answer.status = status;
  answer.body = secret{body};
  return oauth2::parse_metadata(answer, whose, caf::timestamp{},
                                "metadata at x");
}

/// What is said of a document with these two members.
std::string complaint(const std::string& its_issuer,
                      const std::string& token_endpoint) {
  const auto result = parse(200, R"({"issuer":)" + its_issuer
                                   + R"(,"token_endpoint":)" + token_endpoint
                                   + "}");
  CHECK(error_of(result) == errc::unusable_response);
  CHECK(contains(error_text(result), "metadata at x"));
  return error_text(result);
}

using list = std::vector<std::string>;

} // namespace

TEST_CASE("metadata is looked for in two places", "[oauth2]") {
  // RFC 8414, section 3.1, and OpenID Connect Discovery 1.0, section 4.1.
  CHECK(oauth2::metadata_urls("https://example.com")
        == list{"https://example.com/.well-known/oauth-authorization-server",
                "https://example.com/.well-known/openid-configuration"});
  CHECK(oauth2::metadata_urls("https://example.com/issuer1")
        == list{
          "https://example.com/.well-known/oauth-authorization-server/issuer1",
          "https://example.com/issuer1/.well-known/openid-configuration"});
}

TEST_CASE("a slash at the end of an issuer is dropped", "[oauth2]") {
  CHECK(oauth2::metadata_urls("http://[::1]:8080/")
        == oauth2::metadata_urls("http://[::1]:8080"));
  CHECK(
    oauth2::metadata_urls("https://example.com/a/b/")
    == list{"https://example.com/.well-known/oauth-authorization-server/a/b",
            "https://example.com/a/b/.well-known/openid-configuration"});
}

TEST_CASE("metadata names the token endpoint", "[oauth2]") {
  CHECK(parse(200, R"({"issuer":"https://as.example/tenant",)"
                   R"("token_endpoint":"https:\/\/as.example\/token",)"
                   R"("jwks_uri":"https://as.example/jwks","x":[{}]})")
        == "https://as.example/token");
}

TEST_CASE("the issuer must be the same, letter by letter", "[oauth2]") {
  const auto endpoint = std::string{R"("https://as.example/token")"};
  const auto slash = complaint(R"("https://as.example/tenant/")", endpoint);
  CHECK(contains(slash, "'https://as.example/tenant/'"));
  CHECK(contains(slash, "'https://as.example/tenant'"));
  CHECK(contains(complaint(R"("https://evil.example")", endpoint), "issuer"));
  CHECK(
    contains(complaint(R"("https://AS.example/tenant")", endpoint), "issuer"));
  CHECK(contains(complaint("null", endpoint), "issuer"));
  CHECK(contains(complaint("1", endpoint), "issuer"));
  CHECK(contains(complaint(R"("\u001b[2J")", endpoint), "'?[2J'"));
  CHECK(complaint('"' + std::string(100'000, 'a') + '"', endpoint).size()
        < 1000);
}

TEST_CASE("the token endpoint is https or as the issuer is", "[oauth2]") {
  const auto same = '"' + issuer + '"';
  CHECK(contains(complaint(same, R"("http://as.example/token")"),
                 "token_endpoint"));
  CHECK(
    contains(complaint(same, R"("ftp://as.example/token")"), "token_endpoint"));
  CHECK(contains(complaint(same, R"("/token")"), "token_endpoint"));
  CHECK(contains(complaint(same, R"("")"), "token_endpoint"));
  CHECK(contains(complaint(same, "null"), "token_endpoint"));
  CHECK(contains(complaint(same, "[]"), "token_endpoint"));
  CHECK(parse(200,
              R"({"issuer":"http://127.0.0.1","token_endpoint":)"
              R"("http://127.0.0.1/token"})",
              "http://127.0.0.1")
        == "http://127.0.0.1/token");
}

TEST_CASE("what is no metadata is said to be none", "[oauth2]") {
  CHECK(error_of(parse(200, "<html>")) == errc::unusable_response);
  CHECK(error_of(parse(200, "")) == errc::unusable_response);
  const auto missing = error_of(parse(404, "not here"));
  CHECK(is_permanent(missing));
  REQUIRE(refusal_of(missing));
  CHECK(refusal_of(missing)->status == 404);
  CHECK(error_of(parse(503, "")) == errc::transient_failure);
}
