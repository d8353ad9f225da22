#include <bearer/error.hpp>
#include <bearer/oauth2/jwt.hpp>

#include "support/real_time.hpp"
#include "support/signing_keys.hpp"
#include "support/temp_folder.hpp"

#include <catch2/catch_test_macros.hpp>
#include <openssl/err.h>

#include <chrono>
#include <regex>
#include <set>
#include <string>

using namespace bearer;
using namespace std::chrono_literals;
using oauth2::algorithm;
using test::contains;
using test::error_of;
using test::error_text;

namespace {

constexpr auto now = caf::timestamp{1'700'000'000s + 750ms};

oauth2::signed_assertion make(const std::string& pem,
                              algorithm how = algorithm::rs256) {
  auto result = oauth2::signed_assertion{};
  result.key.pem = secret{pem};
  result.key.algorithm = how;
  result.issuer = "https://jwt-idp.example.com";
  result.subject = "mailto:mike@example.com";
  return result;
}

std::string sign(const oauth2::signed_assertion& what) {
  auto result = oauth2::sign(what, "https://as.example/token", now);
  if (!result)
    throw std::runtime_error(caf::to_string(result.error()));
  return std::string{result->view()};
}

/// Makes a key only once, which takes its time.
const test::key_ptr& rsa_key() {
  static const auto result = test::make_rsa_key();
  return result;
}

std::string complaint(const oauth2::signed_assertion& what) {
  const auto result = oauth2::sign(what, "aud", now);
  CHECK(error_of(result) == errc::signing_failed);
  // Nobody else is to take our errors for theirs.
  CHECK(ERR_peek_error() == 0);
  return error_text(result);
}

} // namespace

TEST_CASE("an assertion tells who, for whom, to whom and for how long",
          "[oauth2]") {
  const auto token = test::decode_jwt(sign(make(test::to_pem(rsa_key()))));
  CHECK(token.header == R"({"alg":"RS256","typ":"JWT"})");
  CHECK(contains(token.claims, R"("iss":"https://jwt-idp.example.com")"));
  CHECK(contains(token.claims, R"("sub":"mailto:mike@example.com")"));
  CHECK(contains(token.claims, R"("aud":"https://as.example/token")"));
  CHECK(contains(token.claims, R"("iat":1700000000)"));
  CHECK(contains(token.claims, R"("exp":1700000300)"));
}

TEST_CASE("an assertion is signed so that its public key verifies it",
          "[oauth2]") {
  const auto pem = test::to_pem(rsa_key());
  struct row {
    algorithm how;
    const char* digest;
    const char* curve;
  };
  for (const auto& x : {row{algorithm::rs256, "SHA256", nullptr},
                        row{algorithm::rs384, "SHA384", nullptr},
                        row{algorithm::rs512, "SHA512", nullptr},
                        row{algorithm::es256, "SHA256", "P-256"},
                        row{algorithm::es384, "SHA384", "P-384"},
                        row{algorithm::es512, "SHA512", "P-521"}}) {
    CAPTURE(x.digest, x.curve);
    const auto own = x.curve == nullptr ? nullptr : test::make_ec_key(x.curve);
    const auto& key = own ? own : rsa_key();
    auto token = test::decode_jwt(sign(make(test::to_pem(key), x.how)));
    CHECK(test::verifies(token, key, x.digest));
    token.signed_text[0] = token.signed_text[0] == 'x' ? 'y' : 'x';
    CHECK_FALSE(test::verifies(token, key, x.digest));
  }
}

TEST_CASE("each assertion has an identifier of its own", "[oauth2]") {
  const auto what = make(test::to_pem(rsa_key()));
  auto seen = std::set<std::string>{};
  for (auto i = 0; i < 20; ++i) {
    const auto token = test::decode_jwt(sign(what));
    auto match = std::smatch{};
    REQUIRE(std::regex_search(token.claims, match,
                              std::regex{R"re("jti":"([0-9a-f]{32})")re"}));
    seen.insert(match[1]);
  }
  CHECK(seen.size() == 20);
}

TEST_CASE("an assertion has what was asked for beyond that", "[oauth2]") {
  auto what = make(test::to_pem(rsa_key()));
  what.audience = "https://as.example";
  what.key.key_id = "key-1";
  what.claims = {{"scope", "a b"}, {"gr\xc3\xbcn", "\xe2\x82\xac \"\\"}};
  what.lifetime = 1ms;
  const auto token = test::decode_jwt(sign(what));
  CHECK(contains(token.header, R"("kid":"key-1")"));
  CHECK(contains(token.claims, R"("aud":"https://as.example")"));
  CHECK(contains(token.claims, R"("scope":"a b")"));
  CHECK(contains(token.claims, "\"gr\xc3\xbcn\":\"\xe2\x82\xac \\\"\\\\\""));
  CHECK(contains(token.claims, R"("exp":1700000001)"));
  what.lifetime = caf::timespan::max();
  CHECK(contains(test::decode_jwt(sign(what)).claims, R"("exp":10923372037)"));
}

TEST_CASE("a claim that a JWT cannot have is an error", "[oauth2]") {
  auto what = make(test::to_pem(rsa_key()));
  for (const auto& [name, value] :
       {std::pair<std::string, std::string>{"iss", "again"},
        {"exp", "again"},
        {"x", std::string{"a\0b", 3}},
        {"x", "\xff"}}) {
    CAPTURE(name);
    what.claims = {{name, value}};
    CHECK(contains(complaint(what), name));
  }
}

TEST_CASE("a key's identifier that a JWT cannot have is an error", "[oauth2]") {
  auto what = make(test::to_pem(rsa_key()));
  what.key.key_id = "\xff";
  CHECK(contains(complaint(what), "identifier"));
}

TEST_CASE("the key's file is read for each signature", "[oauth2]") {
  const auto folder = test::temp_folder{};
  auto what = make({});
  what.key.file = folder.write("key.pem", test::to_pem(rsa_key()));
  CHECK(test::verifies(test::decode_jwt(sign(what)), rsa_key(), "SHA256"));
  const auto second = test::make_rsa_key();
  folder.write("key.pem", test::to_pem(second));
  CHECK(test::verifies(test::decode_jwt(sign(what)), second, "SHA256"));
}

TEST_CASE("a key that cannot be read is named", "[oauth2]") {
  const auto folder = test::temp_folder{};
  auto what = make({});
  what.key.file = folder.path("missing.pem");
  CHECK(contains(complaint(what), "missing.pem"));
  what.key.file = folder.path();
  CHECK(contains(complaint(what), "folder"));
  what.key.file = folder.write("long.pem", std::string(65'537, 'a'));
  CHECK(contains(complaint(what), "longer than 65536"));
  what.key.file = folder.write("text.pem", "CANARY");
  CHECK(contains(complaint(what), "text.pem"));
  CHECK(contains(complaint(what), "no private key"));
  CHECK_FALSE(contains(complaint(what), "CANARY"));
}

TEST_CASE("a key of the wrong kind is told from the right one", "[oauth2]") {
  const auto ec_key = test::to_pem(test::make_ec_key("P-256"));
  CHECK(contains(complaint(make(ec_key)), "no RSA key"));
  CHECK(contains(complaint(make(test::to_pem(rsa_key()), algorithm::es256)),
                 "no EC key"));
  const auto curve = complaint(make(ec_key, algorithm::es384));
  CHECK(contains(curve, "prime256v1"));
  CHECK(contains(curve, "secp384r1"));
  CHECK(contains(complaint(make(test::to_public_pem(rsa_key()))),
                 "no private key"));
  CHECK(contains(complaint(make("")), "no private key"));
  CHECK(contains(complaint(make(test::to_pem(test::make_rsa_key(512)),
                                algorithm::rs512)),
                 "cannot sign"));
}

TEST_CASE(
  "an encrypted key is an error, and nobody is asked for its passphrase",
  "[oauth2]") {
  const auto pem = test::to_pem(rsa_key(), "passphrase");
  CHECK(contains(complaint(make(pem)), "encrypted"));
}
