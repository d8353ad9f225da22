#include <bearer/error.hpp>
#include <bearer/http/token_refusal.hpp>

#include <catch2/catch_test_macros.hpp>

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

using namespace bearer;
using namespace bearer::http;

namespace {

using challenges = std::vector<std::string_view>;

caf::error judge(std::uint16_t status, const challenges& said,
                 std::span<const secret> sent = {}) {
  return token_refusal("https://api.example", status, said, sent);
}

} // namespace

TEST_CASE("401 without an explanation is a refusal of the token",
          "[http][I4]") {
  CHECK(judge(401, {}) == errc::token_refused);
  CHECK(judge(401, {""}) == errc::token_refused);
  CHECK(judge(401, {"Bearer"}) == errc::token_refused);
  CHECK(judge(401, {"Bearer realm=\"example\""}) == errc::token_refused);
  // As gateways say that know of no tokens.
  CHECK(judge(401, {R"(Basic realm="x")"}) == errc::token_refused);
  CHECK(judge(401, {R"(Negotiate, DPoP algs="ES256")"}) == errc::token_refused);
}

TEST_CASE("invalid_token is a refusal of the token, whatever the status",
          "[http][I4]") {
  for (auto status : std::vector<std::uint16_t>{401, 403, 400}) {
    const auto err = judge(status,
                           {R"(Bearer realm="x", error="invalid_token", )"
                            R"(error_description="The access token expired")"});
    REQUIRE(err == errc::token_refused);
    const auto what = refusal_of(err);
    REQUIRE(what);
    CHECK(*what
          == refusal{"https://api.example", status, "invalid_token",
                     "The access token expired"});
  }
}

TEST_CASE("what no newer token would mend is no refusal of this one",
          "[http]") {
  CHECK(!judge(200, {}));
  CHECK(!judge(403, {}));
  CHECK(!judge(403, {"Bearer"}));
  CHECK(!judge(407, {}));
  CHECK(!judge(500, {}));
  CHECK(!judge(403, {R"(Bearer error="insufficient_scope", scope="admin")"}));
  CHECK(!judge(401, {R"(Bearer error="insufficient_scope")"}));
  CHECK(!judge(400, {R"(Bearer error="invalid_request")"}));
  CHECK(!judge(200, {R"(Bearer error="invalid_token")"}));
  CHECK(!judge(302, {R"(Bearer error="invalid_token")"}));
}

TEST_CASE("the challenge that is about the token counts", "[http]") {
  const auto invalid = std::string_view{R"(Bearer error="invalid_token")"};
  CHECK(judge(401, {R"(Basic realm="x")", invalid}) == errc::token_refused);
  CHECK(judge(401, {R"(Basic realm="x", Bearer error="invalid_token")"})
        == errc::token_refused);
  CHECK(judge(401, {R"(Bearer realm="x")", invalid}) == errc::token_refused);
  CHECK(!judge(401, {R"(Bearer realm="x")",
                     R"(Bearer error="insufficient_scope")"}));
}

TEST_CASE("a server that repeats the token is not quoted", "[http][I19]") {
  const auto sent = std::array{secret{"a-token-of-some-length"}};
  const auto err = judge(401,
                         {R"(Bearer error="invalid_token", )"
                          R"(error_description="no a-token-of-some-length")"},
                         sent);
  CHECK(to_string(err).find("some-length") == std::string::npos);
  CHECK(to_string(err).find("invalid_token") != std::string::npos);
}

TEST_CASE("an answer is judged by all of its challenges", "[http]") {
  auto answer = response{};
  answer.status = 401;
  answer.fields
    = {{"WWW-Authenticate", secret{R"(Bearer error="insufficient_scope")"}},
       {"Content-Length", secret{"0"}}};
  CHECK(!token_refusal("https://api.example", answer));
  answer.fields[0].value = secret{R"(Basic realm="x")"};
  answer.fields.push_back(
    {"www-authenticate", secret{R"(Bearer error="invalid_token")"}});
  CHECK(token_refusal("https://api.example", answer) == errc::token_refused);
}
