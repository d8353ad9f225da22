#include <bearer/http/send.hpp>
#include <bearer/http/www_authenticate.hpp>

#include "support/real_time.hpp"

#include "django_server.hpp"
#include "glewlwyd.hpp"
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>

using namespace bearer;
using namespace bearer::test;

TEMPLATE_TEST_CASE(
  "a token that the server took back is replaced once it is rejected",
  "[oauth2]", glewlwyd, django_server) {
  TestType server;
  // Not by a refresh token: this version of Django's server fails with 500 when
  // it is asked to renew what it took back.
  auto api = server.bearer(server.app_of_user());
  const auto first = api.fetch();
  REQUIRE(secret_of(first) != "");
  CHECK(server.use(*first).status == 200);
  server.revoke(*first);
  // Nobody has told the bearer.
  const auto again = api.fetch();
  REQUIRE(secret_of(again) == secret_of(first));
  CHECK(server.use(*again).status == 401);
  api.reject(again->generation);
  const auto second = api.fetch();
  REQUIRE(secret_of(second) != secret_of(first));
  CHECK(second->generation.count == first->generation.count + 1);
  CHECK(server.use(*second).status == 200);
  CHECK(server.use(*first).status == 401);
}

TEMPLATE_TEST_CASE(
  "a request gets through after the server took the token back",
  "[oauth2][http]", glewlwyd, django_server) {
  TestType server;
  auto api = server.bearer(server.app_of_user());
  const auto first = api.fetch();
  REQUIRE(secret_of(first) != "");
  server.revoke(*first);
  auto request = get_request(server.resource());
  request.connection = server.connection();
  const auto answer = http::send(api, request);
  CHECK(contains(body_of(answer), R"("sub")"));
  CHECK(answer->status == 200);
  CHECK(api.fetch()->generation.count == first->generation.count + 1);
}

TEST_CASE("what a server says of a token that it does not take is understood",
          "[http]") {
  django_server server;
  auto forged = token{};
  forged.access_token = secret{"no-such-token"};
  const auto answer = server.use(forged);
  CHECK(answer.status == 401);
  const auto challenges
    = http::parse_www_authenticate(answer.field_value("WWW-Authenticate"));
  REQUIRE(challenges.size() == 1);
  CHECK(challenges[0].scheme == "bearer");
  CHECK(challenges[0].parameter("error") == "invalid_token");
  CHECK(challenges[0].parameter("error_description").starts_with("The access"));
}
