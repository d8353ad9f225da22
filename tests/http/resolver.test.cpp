#include <bearer/error.hpp>

#include "support/hanging_resolver.hpp"
#include "support/http_client.hpp"
#include "support/tcp_server.hpp"
#include "support/time_of.hpp"

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

using namespace bearer;
using namespace bearer::test;
using namespace std::chrono_literals;

namespace {

std::string hanging_url(int i) {
  return "https://" + std::to_string(i) + ".hang.test/token";
}

} // namespace

TEST_CASE("a name server that hangs holds up nobody else", "[http]") {
  auto resolver = hanging_resolver{};
  auto fixture = http_fixture{};
  auto server = tcp_server{tcp_server::always("hello")};
  auto pending = std::vector<pending_response>{};
  for (int i = 0; i < 20; ++i)
    pending.push_back(fixture.start(get_request(hanging_url(i))));
  REQUIRE(resolver.wait_for(20));
  CHECK(body_of(fixture.get(server.url())) == "hello");
  const auto url = "http://localhost:" + std::to_string(server.port())
                   + "/token";
  CHECK(body_of(fixture.get(url)) == "hello");
  for (auto& x : pending)
    x.kill();
  CHECK(body_of(fixture.get(server.url())) == "hello");
}

TEST_CASE("a name that is not resolved in time is an error", "[http]") {
  auto resolver = hanging_resolver{};
  auto fixture = http_fixture{};
  auto what = get_request(hanging_url(1));
  what.timeout = 50ms;
  auto result = fixture.send(what);
  CHECK(error_of(result) == errc::connection_failed);
  CHECK(contains(error_text(result), "no answer within 50ms"));
  CHECK(resolver.wait_for(1));
}

TEST_CASE("a name server that hangs does not delay the end", "[http]") {
  auto resolver = hanging_resolver{};
  auto fixture = std::optional<http_fixture>{std::in_place};
  auto pending = fixture->start(get_request(hanging_url(1)));
  REQUIRE(resolver.wait_for(1));
  pending.kill();
  CHECK(time_of([&] { fixture.reset(); }) < 5s);
  // It still hangs.
  CHECK(resolver.wait_for(1));
}
