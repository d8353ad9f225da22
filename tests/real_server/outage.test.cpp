#include <bearer/bearer.hpp>
#include <bearer/error.hpp>

#include "support/real_time.hpp"

#include "glewlwyd.hpp"
#include <catch2/catch_test_macros.hpp>

#include <future>

using namespace bearer;
using namespace bearer::test;

TEST_CASE("a token outlives the server's crash, and the login as well",
          "[oauth2]") {
  glewlwyd server;
  auto api = server.bearer(server.log_in(server.app_of_user()));
  const auto first = api.fetch();
  REQUIRE(secret_of(first) != "");
  server.process().kill();
  const auto err = error_of(api.fetch(one_attempt()));
  CHECK(err == errc::connection_failed);
  CHECK(!is_permanent(err));
  CHECK(secret_of(api.fetch()) == secret_of(first));
  // Who wants a newer one waits for the server.
  auto waiting = fetch_options{};
  waiting.newer_than = first->generation;
  auto second = std::async(std::launch::async,
                           [&] { return api.fetch(waiting); });
  server.process().restart();
  const auto newer = second.get();
  REQUIRE(secret_of(newer) != secret_of(first));
  CHECK(server.use(*newer).status == 200);
  CHECK(server.use(*first).status == 200);
}

TEST_CASE("a bearer that is there before its server waits for it", "[oauth2]") {
  glewlwyd server;
  auto options = server.app();
  options.token_endpoint.clear();
  options.issuer = server.issuer();
  server.process().kill();
  auto api = server.bearer(options);
  CHECK(error_of(api.fetch(one_attempt())) == errc::connection_failed);
  auto first = std::async(std::launch::async, [&] { return api.fetch(); });
  server.process().restart();
  const auto tok = first.get();
  REQUIRE(secret_of(tok) != "");
  CHECK(contains(server.introspect(*tok), R"("active":true)"));
}
