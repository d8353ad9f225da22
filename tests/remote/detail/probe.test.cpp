#include <bearer/remote/detail/probe.hpp>
#include <bearer/source/detail/posix.hpp>

#include "support/deaf_port.hpp"
#include "support/real_time.hpp"
#include "support/tcp_server.hpp"

#include <arpa/inet.h>
#include <catch2/catch_test_macros.hpp>
#include <netinet/in.h>

#include <chrono>
#include <cstdint>

#include <sys/socket.h>

using namespace bearer;
using namespace bearer::remote::detail;
using namespace bearer::test;
using namespace std::chrono_literals;

namespace {

std::chrono::steady_clock::time_point in(std::chrono::milliseconds time) {
  return std::chrono::steady_clock::now() + time;
}

bearer::detail::unique_fd listen_at(const char* host, std::uint16_t port) {
  auto result = bearer::detail::unique_fd{
    ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  auto where = sockaddr_in{};
  where.sin_family = AF_INET;
  where.sin_port = htons(port);
  ::inet_pton(AF_INET, host, &where.sin_addr);
  REQUIRE(
    ::bind(result.get(), reinterpret_cast<sockaddr*>(&where), sizeof(where))
    == 0);
  REQUIRE(::listen(result.get(), 1) == 0);
  return result;
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
  CHECK(contains(text, "no loopback address, and no other is allowed"));
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

TEST_CASE("a probe tries all addresses of a name in its time",
          "[remote][I15]") {
  const deaf_port nobody;
  const auto where = remote::address{"two.test", nobody.port()};
  const auto text = error_text(probe(where, true, in(200ms)));
  CHECK(contains(text, "127.0.0.1: Connection timed out, "
                       "127.0.0.2: Connection refused"));
  const auto somebody = listen_at("127.0.0.2", nobody.port());
  const auto end = in(2s);
  const auto found = probe(where, true, end);
  CHECK(std::chrono::steady_clock::now() < end);
  REQUIRE(found);
  CHECK(found->where == remote::address{"127.0.0.2", nobody.port()});
}
