#include <bearer/remote/detail/probe.hpp>

#include "support/deaf_port.hpp"
#include "support/real_time.hpp"
#include "support/tcp_server.hpp"

#include <catch2/catch_test_macros.hpp>

#include <chrono>

using namespace bearer;
using namespace bearer::remote::detail;
using namespace bearer::test;
using namespace std::chrono_literals;

namespace {

std::chrono::steady_clock::time_point in(std::chrono::milliseconds time) {
  return std::chrono::steady_clock::now() + time;
}

} // namespace

TEST_CASE("a probe finds who listens, and holds a connection to him",
          "[remote]") {
  signal gone;
  tcp_server server{[&](connection& from) {
    from.wait_for_close();
    gone.set();
  }};
  auto found = probe({"localhost", server.port()}, true, in(patience));
  REQUIRE(found);
  CHECK(found->where.port == server.port());
  CHECK(remote::is_loopback(found->where.host));
  CHECK(!gone.is_set());
  found->socket = nullptr;
  CHECK(gone.wait());
}

TEST_CASE("a probe that may not leave this machine looks at no other address",
          "[remote]") {
  tcp_server server{[](connection&) {}};
  // This machine's as well, but not in all cases.
  const auto where = remote::address{"0.0.0.0", server.port()};
  const auto text = error_text(probe(where, true, in(patience)));
  CHECK(contains(text, "only loopback addresses are allowed without TLS"));
  CHECK(server.connections() == 0);
  CHECK(probe(where, false, in(patience)));
}

TEST_CASE("a probe says in time that nobody answers", "[remote][I15]") {
  const deaf_port nobody;
  const auto text
    = error_text(probe({"127.0.0.1", nobody.port()}, true, in(20ms)));
  CHECK(contains(text, "127.0.0.1:" + std::to_string(nobody.port())));
  CHECK(contains(text, "timed out"));
}
