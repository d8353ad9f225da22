#include <bearer/error.hpp>
#include <bearer/oauth2/server_error.hpp>
#include <bearer/oauth2/token_response.hpp>
#include <bearer/source/token_text.hpp>

#include "support/canary.hpp"
#include "support/real_time.hpp"

#include <catch2/catch_test_macros.hpp>

#include <array>
#include <chrono>
#include <string>
#include <string_view>

using namespace bearer;
using namespace std::chrono_literals;
using test::canary;
using test::contains;
using test::error_of;
using test::error_text;

namespace {

constexpr auto asked = caf::timestamp{1'700'000'000s};

constexpr auto origin = std::string_view{"https://as.example/token"};

http::response answer(int status, std::string_view body,
                      std::string_view type = "application/json") {
  auto result = http::response{};
  result.status = static_cast<std::uint16_t>(status);
  result.body = secret{body};
  result.fields.push_back({"Content-Type", secret{type}});
  return result;
}

caf::expected<oauth2::granted> parse(const http::response& from) {
  return oauth2::parse_token_response(from, asked, asked + 2s, origin);
}

caf::expected<oauth2::granted> parse(std::string_view body) {
  return parse(answer(200, body));
}

oauth2::granted granted(std::string_view body) {
  auto result = parse(body);
  if (!result)
    throw std::runtime_error(caf::to_string(result.error()));
  return *result;
}

std::optional<caf::timestamp> expiry(const std::string& members) {
  return granted(R"({"access_token":"abc")" + members + "}")
    .access_token.expires_at;
}

std::string token_of(std::string_view body) {
  return std::string{granted(body).access_token.access_token.view()};
}

/// The answer's error, which must be a refusal.
caf::error refused(const http::response& from) {
  auto err = error_of(parse(from));
  CHECK(refusal_of(err).has_value());
  CHECK(contains(to_string(err), std::string{origin}));
  return err;
}

caf::error refused(int status, const std::string& code) {
  return refused(answer(status, R"({"error":")" + code + R"("})"));
}

} // namespace

TEST_CASE("a token response brings tokens and their lifetime", "[oauth2]") {
  // RFC 6749, section 5.1.
  const auto result = granted(R"({
       "access_token":"2YotnFZFEjr1zCsicMWpAA",
       "token_type":"Bearer",
       "expires_in":3600,
       "refresh_token":"tGzv3JOkF0XG5Qx2TlKWIA",
       "example_parameter":"example_value"
     })");
  CHECK(result.access_token.access_token.view() == "2YotnFZFEjr1zCsicMWpAA");
  CHECK(result.access_token.expires_at == asked + 1h);
  CHECK(result.refresh_token.view() == "tGzv3JOkF0XG5Qx2TlKWIA");
}

TEST_CASE("a token's lifetime is told in one of many ways", "[oauth2]") {
  CHECK(expiry("") == std::nullopt);
  CHECK(expiry(R"(,"expires_in":null)") == std::nullopt);
  CHECK(expiry(R"(,"expires_in":60)") == asked + 60s);
  CHECK(expiry(R"(,"expires_in":"60")") == asked + 60s);
  CHECK(expiry(R"(,"expires_in":0.5)") == asked + 500ms);
  CHECK(expiry(R"(,"expires_in":-1)") == asked - 1s);
  CHECK(expiry(R"(,"expires_in":1e300)") == caf::timestamp::max());
  CHECK(expiry(R"(,"expires_at":1700000001)") == asked + 1s);
  CHECK(expiry(R"(,"expires_at":"2023-11-14T22:13:21Z")") == asked + 1s);
  CHECK(expiry(R"(,"expires_at":1700000001,"expires_in":5)") == asked + 1s);
  CHECK(expiry(R"(,"expires_at":1700000009,"expires_in":5)") == asked + 5s);
}

TEST_CASE("the type of a token is Bearer, in whatever case", "[oauth2]") {
  CHECK(token_of(R"({"access_token":"abc"})") == "abc");
  CHECK(token_of(R"({"access_token":"abc","token_type":"bEARER"})") == "abc");
  CHECK(token_of(R"({"access_token":"abc","token_type":null})") == "abc");
  const auto mac = parse(R"({"access_token":"abc","token_type":"mac"})");
  CHECK(error_of(mac) == errc::unusable_response);
  CHECK(contains(error_text(mac), "\\\"mac\\\" instead of"));
  const auto number = parse(R"({"access_token":"abc","token_type":1})");
  CHECK(error_of(number) == errc::unusable_response);
}

TEST_CASE("a token in the place of its type is not shown", "[oauth2]") {
  const auto body = R"({"access_token":"hunter2","token_type":"hunter2"})";
  CHECK(error_of(parse(body)) == errc::unusable_response);
  CHECK_FALSE(contains(error_text(parse(body)), "hunter2"));
}

TEST_CASE("JSON is read whatever its content type, mark and blanks",
          "[oauth2]") {
  const auto body = "\xef\xbb\xbf \r\n{\"access_token\":\"abc\"}\n";
  CHECK(token_of(body) == "abc");
  CHECK(parse(answer(201, body, "text/html")));
  auto bare = http::response{};
  bare.status = 200;
  bare.body = secret{body};
  CHECK(parse(bare));
}

TEST_CASE("what is no JSON object is unusable and says of what type it claims "
          "to be",
          "[oauth2]") {
  const auto page = parse(answer(200, "<html>login</html>", "text/html"));
  CHECK(error_of(page) == errc::unusable_response);
  CHECK(contains(error_text(page), "no JSON object"));
  CHECK(contains(error_text(page), "text/html"));
  CHECK(contains(error_text(page), std::string{origin}));
  for (const std::string body :
       {"", " \n", "[]", "\"abc\"", "access_token=abc", "{", "{}",
        R"({"access_token":null})", R"({"access_token":["abc"]})",
        R"({"access_token":"abc","access_token":"abc"})",
        R"({"access_token":"abc","expires_in":"soon"})",
        R"({"access_token":"abc","expires_in":true})",
        R"({"access_token":"abc","refresh_token":1})",
        R"({"access_token":"abc"} and more)", "{\"access_token\":\"\xff\"}"}) {
    CAPTURE(body);
    CHECK(error_of(parse(body)) == errc::unusable_response);
    CHECK_FALSE(is_permanent(error_of(parse(body))));
    CHECK_FALSE(contains(error_text(parse(body)), "abc"));
  }
}

TEST_CASE("a token that cannot stand in a header is none", "[oauth2]") {
  CHECK(error_of(parse(R"({"access_token":""})")) == errc::empty_token);
  for (const std::string token :
       {"CANARY b", "CANARY\\n", "CANARY\\u0000", "CANARY\\u00fc"}) {
    CAPTURE(token);
    const auto result = parse(R"({"access_token":")" + token + "\"}");
    CHECK(error_of(result) == errc::malformed_token);
    CHECK_FALSE(contains(error_text(result), "CANARY"));
  }
  const auto longest = std::string(max_token_size + 1, 'a');
  CHECK(error_of(parse(R"({"access_token":")" + longest + "\"}"))
        == errc::malformed_token);
}

TEST_CASE("a refresh token is visible ASCII and not endless", "[oauth2]") {
  auto refresh_token = [](const std::string& value) {
    return parse(R"({"access_token":"abc","refresh_token":)" + value + "}");
  };
  CHECK(refresh_token("\"a b\\\"\"")->refresh_token.view() == "a b\"");
  CHECK(refresh_token("null")->refresh_token.empty());
  CHECK(refresh_token("\"\"")->refresh_token.empty());
  CHECK(error_of(refresh_token("\"a\\n\"")) == errc::malformed_token);
  CHECK(error_of(refresh_token("\"\\u00fc\"")) == errc::malformed_token);
  CHECK(
    error_of(refresh_token('"' + std::string(max_token_size + 1, 'a') + '"'))
    == errc::malformed_token);
}

TEST_CASE("no error shows a token", "[oauth2]") {
  const auto token = std::string{canary};
  for (const auto& body :
       {"{\"access_token\":\"" + token,
        R"({"access_token":")" + token + R"(","access_token":")" + token
          + "\"}",
        R"({"access_token":")" + token + R"(","refresh_token":")" + token
          + "\\n\"}",
        R"({"access_token":")" + token + R"(","token_type":")" + token + "\"}",
        R"({"access_token":")" + token + R"(","expires_in":")" + token + "\"}",
        token}) {
    CAPTURE(body);
    CHECK_FALSE(test::shows(error_text(parse(body))));
  }
}

TEST_CASE("the codes of RFC 6749 and its kin are permanent", "[oauth2]") {
  for (const std::string code :
       {"invalid_client", "invalid_grant", "unauthorized_client",
        "unsupported_grant_type", "invalid_scope", "invalid_request",
        "invalid_target", "access_denied", "of_nobody"}) {
    CAPTURE(code);
    for (const int status : {400, 401, 403, 404, 422}) {
      const auto err = refused(status, code);
      CHECK(is_permanent(err));
      CHECK(refusal_of(err)->status == status);
      CHECK(refusal_of(err)->error == code);
      CHECK(contains(to_string(err), code));
    }
  }
}

TEST_CASE("a refusal without an explanation is permanent", "[oauth2]") {
  for (const int status : {400, 401, 403, 404, 405, 410})
    for (const std::string body : {"", "<html>", "{", "[]", "{\"error\":{}}"}) {
      CAPTURE(status, body);
      const auto err = refused(answer(status, body));
      CHECK(is_permanent(err));
      CHECK(refusal_of(err)->error.empty());
      CHECK(refusal_of(err)->server == origin);
    }
}

TEST_CASE("a server that is ill or busy is asked again", "[oauth2]") {
  for (const int status : {408, 425, 429, 500, 502, 503, 504, 599}) {
    CAPTURE(status);
    CHECK_FALSE(is_permanent(refused(answer(status, ""))));
    CHECK_FALSE(is_permanent(refused(status, "invalid_client")));
    CHECK(refused(status, "invalid_client") == errc::transient_failure);
  }
  for (const std::string code :
       {"temporarily_unavailable", "server_error", "slow_down"})
    CHECK_FALSE(is_permanent(refused(400, code)));
}

TEST_CASE("Retry-After counts from the answer", "[oauth2]") {
  auto busy = answer(503, "");
  CHECK(retry_after_of(refused(busy)) == std::nullopt);
  busy.fields.push_back({"retry-after", secret{"120"}});
  CHECK(retry_after_of(refused(busy)) == 120s);
  // Two seconds after the question.
  busy.fields.back().value = secret{"Tue, 14 Nov 2023 22:13:32 GMT"};
  CHECK(retry_after_of(refused(busy)) == 10s);
  busy.fields.back().value = secret{"whenever"};
  CHECK(retry_after_of(refused(busy)) == std::nullopt);
}

TEST_CASE("some servers refuse with success", "[oauth2]") {
  const auto err = refused(200, "bad_verification_code");
  CHECK(is_permanent(err));
  CHECK(refusal_of(err)->status == 200);
  CHECK_FALSE(is_permanent(refused(200, "temporarily_unavailable")));
  CHECK(token_of(R"({"access_token":"abc","error":"none"})") == "abc");
}

TEST_CASE("a status that neither gives nor refuses is unusable", "[oauth2]") {
  for (const int status : {0, 100, 302, 304, 600}) {
    CAPTURE(status);
    const auto result = parse(answer(status, R"({"access_token":"abc"})"));
    CHECK(error_of(result) == errc::unusable_response);
    CHECK(contains(error_text(result), std::to_string(status)));
  }
}

TEST_CASE("a server's explanation is quoted, cut and cleaned", "[oauth2]") {
  auto description = [](const std::string& text) {
    auto err = refused(answer(400, R"({"error":"invalid_grant",)"
                                   R"("error_description":")"
                                     + text + "\"}"));
    return refusal_of(err)->description;
  };
  CHECK(description("The grant is over.") == "The grant is over.");
  CHECK(description("two\\nlines \\u0007") == "two lines ?");
  CHECK(description("gr\\u00fcn") == "gr\xc3\xbcn");
  CHECK(description(std::string(50, ' ') + "a").size() == 1);
  auto prose = std::string{};
  for (auto i = 0; i < 200; ++i)
    prose += "word ";
  CHECK(description(prose).size() <= 256);
  CHECK(description(prose).ends_with("..."));
  CHECK_FALSE(test::shows(description("no good: " + std::string{canary})));
}

TEST_CASE("a server that repeats a secret is not quoted", "[oauth2]") {
  const auto sent = std::array{secret{"hunter2"}, secret{"correct horse"}};
  const auto from = answer(401, R"({"error":"hunter2","error_description":)"
                                R"("neither hunter2 nor correct horse"})");
  const auto err
    = error_of(oauth2::parse_token_response(from, asked, asked, origin, sent));
  CHECK(is_permanent(err));
  CHECK_FALSE(contains(to_string(err), "hunter2"));
  CHECK_FALSE(contains(to_string(err), "correct horse"));
  CHECK(refusal_of(err)->description == "neither <redacted> nor <redacted>");
}
