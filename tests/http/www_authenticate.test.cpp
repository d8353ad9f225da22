#include <bearer/http/www_authenticate.hpp>

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <string_view>
#include <vector>

using namespace bearer;

namespace {

std::vector<http::challenge> parse(std::string_view value) {
  return http::parse_www_authenticate(value);
}

std::vector<std::string> schemes(std::string_view value) {
  auto result = std::vector<std::string>{};
  for (const auto& x : parse(value))
    result.push_back(x.scheme);
  return result;
}

/// A parameter of the only challenge that there must be.
std::string only(std::string_view value, std::string_view name) {
  const auto all = parse(value);
  REQUIRE(all.size() == 1);
  return std::string{all.front().parameter(name)};
}

using list = std::vector<std::string>;

} // namespace

TEST_CASE("a challenge has a scheme and parameters", "[http]") {
  const auto all = parse(R"(Bearer realm="example", error="invalid_token",)"
                         R"( error_description="The access token expired")");
  REQUIRE(all.size() == 1);
  CHECK(all[0].scheme == "bearer");
  CHECK(all[0].parameters.size() == 3);
  CHECK(all[0].parameter("realm") == "example");
  CHECK(all[0].parameter("error") == "invalid_token");
  CHECK(all[0].parameter("error_description") == "The access token expired");
  CHECK(all[0].parameter("scope").empty());
}

TEST_CASE("one value may hold several challenges", "[http]") {
  // RFC 9110, section 11.6.1.
  const auto all = parse(R"(Basic realm="simple", Newauth realm="apps",)"
                         R"( type=1, title="Login to \"apps\"")");
  REQUIRE(all.size() == 2);
  CHECK(all[0].scheme == "basic");
  CHECK(all[0].parameter("realm") == "simple");
  CHECK(all[1].scheme == "newauth");
  CHECK(all[1].parameter("realm") == "apps");
  CHECK(all[1].parameter("type") == "1");
  CHECK(all[1].parameter("title") == R"(Login to "apps")");
}

TEST_CASE("schemes may stand alone or with a token68", "[http]") {
  CHECK(schemes("Negotiate") == list{"negotiate"});
  CHECK(schemes("Negotiate, NTLM,Bearer")
        == list{"negotiate", "ntlm", "bearer"});
  CHECK(schemes("Negotiate YII/+.~_-Aa==, Bearer error=x")
        == list{"negotiate", "bearer"});
  CHECK(schemes("Basic abc") == list{"basic"});
  const auto all = parse("Negotiate abc==, Bearer error=x");
  REQUIRE(all.size() == 2);
  CHECK(all[0].parameters.empty());
  CHECK(all[1].parameter("error") == "x");
}

TEST_CASE("the case of schemes and names does not matter", "[http]") {
  CHECK(only("BEARER Error=Invalid_Token", "error") == "Invalid_Token");
}

TEST_CASE("quoted values may hold anything", "[http]") {
  CHECK(only(R"(Bearer realm="a, Basic b=c", error=d)", "error") == "d");
  CHECK(only(R"(Bearer realm="a, Basic b=c", error=d)", "realm")
        == "a, Basic b=c");
  CHECK(only(R"(Bearer realm="\\\"\a")", "realm") == R"(\"a)");
  CHECK(only(R"(Bearer realm="")", "realm").empty());
}

TEST_CASE("whitespace and empty elements mean nothing", "[http]") {
  CHECK(only(" ,\t, Bearer  realm\t= \"a\" ,, ,error = b ,", "error") == "b");
  CHECK(only(" ,\t, Bearer  realm\t= \"a\" ,, ,error = b ,", "realm") == "a");
  CHECK(parse("").empty());
  CHECK(parse(" , ,\t").empty());
}

TEST_CASE("of a parameter that occurs twice the first one counts", "[http]") {
  CHECK(only("Bearer error=a, error=b", "error") == "a");
}

TEST_CASE("what cannot be read is left out, the rest remains", "[http]") {
  CHECK(parse(R"(realm="of nobody")").empty());
  CHECK(parse("=").empty());
  CHECK(parse("\"").empty());
  CHECK(schemes("Bearer realm=, Basic realm=x") == list{"bearer", "basic"});
  CHECK(only("Bearer realm=, error=x", "error") == "x");
  CHECK(only("Bearer realm=@, error=x", "error") == "x");
  CHECK(only("Bearer @\"a, Basic \", error=x", "error") == "x");
  CHECK(only("Bearer error=x, realm=\"no end", "realm").empty());
  CHECK(only("Bearer error=x, realm=\"no end", "error") == "x");
  CHECK(only("Bearer error=\"x\"garbage, scope=y", "scope") == "y");
  CHECK(schemes("Bearer error=x Basic") == list{"bearer"});
  CHECK(schemes("\x01, Bearer\xff, Basic x=y") == list{"basic"});
  CHECK(only(std::string_view{"Bearer a=\0, error=x", 19}, "error") == "x");
}

TEST_CASE("endless values are cut", "[http]") {
  auto many = std::string{};
  for (auto i = 0; i < 10'000; ++i)
    many += "Scheme a=b, ";
  CHECK(parse(many).size() == 32);
  auto long_one = std::string{"Bearer "};
  for (auto i = 0; i < 10'000; ++i)
    long_one += "a=b, ";
  CHECK(parse(long_one).front().parameters.size() == 64);
  CHECK(parse(long_one + "Basic realm=x").size() == 2);
}
