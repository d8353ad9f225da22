#include <bearer/error.hpp>
#include <bearer/remote/address.hpp>

#include "support/real_time.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace bearer;
using namespace bearer::remote;
using namespace bearer::test;

TEST_CASE("an address is a host and a port", "[remote]") {
  CHECK(*parse_address("node-1.example:4000")
        == address{"node-1.example", 4000});
  CHECK(*parse_address("10.0.0.1:1") == address{"10.0.0.1", 1});
  CHECK(*parse_address("[::1]:65535") == address{"::1", 65535});
}

TEST_CASE("an address is written as it is read", "[remote]") {
  for (const auto* text : {"localhost:80", "127.0.0.1:4000", "[fe80::1]:9"})
    CHECK(to_string(*parse_address(text)) == text);
}

TEST_CASE("what is no address is an error that quotes it", "[remote]") {
  for (const auto* text :
       {"", ":", "host", "host:", ":80", "host:0", "host:65536", "host:-1",
        "host:80x", "host: 80", "::1:80", "[]:80", "[::1]", "[::1]80",
        "ho st:80", "host\n:80", "h\x80st:80"}) {
    CAPTURE(text);
    const auto result = parse_address(text);
    REQUIRE(error_of(result) == errc::invalid_option);
    CHECK(contains(error_text(result), "address '"));
  }
}

TEST_CASE("several addresses are separated by commas", "[remote]") {
  CHECK(*parse_addresses("a:1") == std::vector{address{"a", 1}});
  CHECK(*parse_addresses("a:1,[::1]:2")
        == std::vector{address{"a", 1}, address{"::1", 2}});
}

TEST_CASE("of several addresses the wrong one is quoted", "[remote]") {
  CHECK(contains(error_text(parse_addresses("a:1,b,c:3")), "'b'"));
  CHECK(contains(error_text(parse_addresses("a:1,")), "''"));
  CHECK(error_of(parse_addresses("")) == errc::invalid_option);
}

TEST_CASE("loopback is what cannot leave the machine", "[remote]") {
  for (const auto* host : {"localhost", "127.0.0.1", "127.255.0.9", "::1"})
    CHECK(is_loopback(host));
  for (const auto* host : {"", "0.0.0.0", "::", "10.0.0.1", "128.0.0.1",
                           "localhost.example", "127.0.0.1.example", "127.1"})
    CHECK_FALSE(is_loopback(host));
}
