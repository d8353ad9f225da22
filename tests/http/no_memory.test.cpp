#include <bearer/error.hpp>

#include "support/http_client.hpp"
#include "support/scarce_memory.hpp"
#include "support/tcp_server.hpp"

#include <catch2/catch_test_macros.hpp>

#include <optional>
#include <vector>

using namespace bearer;
using namespace bearer::test;

namespace {

/// Keeps memory from the thread for HTTP.
scarce_memory no_memory() {
  return scarce_memory{"bearer-http"};
}

/// Checks that memory was wanting, and that there is an answer all the same.
void check_failure(const pending_response& pending, errc code) {
  auto result = pending.get();
  CHECK(error_of(result) == code);
  CHECK(contains(error_text(result), "not enough memory"));
}

} // namespace

TEST_CASE_METHOD(http_fixture,
                 "a request for which there is no memory is answered",
                 "[http]") {
  auto server = tcp_server{tcp_server::always("hello")};
  CHECK(body_of(get(server.url())) == "hello");
  auto pending = std::vector<pending_response>{};
  {
    const auto scarce = no_memory();
    for (int i = 0; i < 10; ++i)
      pending.push_back(start(get_request(server.url())));
    CHECK(scarce_memory::wait_for(30));
  }
  for (const auto& x : pending)
    check_failure(x, errc::connection_failed);
  CHECK(body_of(get(server.url())) == "hello");
}

TEST_CASE_METHOD(http_fixture, "an answer for which there is no memory is one",
                 "[http]") {
  auto asked = signal{};
  auto go_on = signal{};
  auto server = tcp_server{[=](connection& peer) mutable {
    peer.read_request();
    asked.set();
    go_on.wait();
    peer.answer("hello");
    tcp_server::always("hello")(peer);
  }};
  auto pending = start(get_request(server.url()));
  REQUIRE(asked.wait());
  {
    const auto scarce = no_memory();
    go_on.set();
    // The body, and at least once the news of it.
    CHECK(scarce_memory::wait_for(3));
  }
  // The server has done what it was asked.
  check_failure(pending, errc::answer_lost);
  CHECK(body_of(get(server.url())) == "hello");
}
