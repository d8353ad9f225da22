#include <bearer/error.hpp>
#include <bearer/http/send.hpp>
#include <bearer/source/metadata_source.hpp>
#include <bearer/source/oauth2_source.hpp>

#include "support/deaf_port.hpp"
#include "support/foreign_thread.hpp"
#include "support/hanging_resolver.hpp"
#include "support/http_client.hpp"
#include "support/io_threads.hpp"
#include "support/tcp_server.hpp"
#include "support/time_of.hpp"

#include <caf/scoped_actor.hpp>

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

using namespace bearer;
using namespace bearer::test;
using namespace std::chrono_literals;

namespace {

/// Runs transfers until `reached`, then measures the end of the actor system,
/// whose actors have the same end as if the application had dropped them.
std::chrono::steady_clock::duration
time_to_end(const http::request& what, int count,
            const std::function<bool()>& reached) {
  const auto environment = no_http_environment{};
  auto real = std::make_unique<real_system>();
  {
    auto client = http::shared_client(real->sys);
    auto self = caf::scoped_actor{real->sys};
    for (int i = 0; i < count; ++i)
      static_cast<void>(detail::mail(self.ptr(), fetch_atom_v, what)
                          .request(client, caf::infinite));
    REQUIRE(reached());
  }
  return time_of([&] { real.reset(); });
}

/// Counts what has happened so often.
class counter {
public:
  explicit counter(int goal) : left_(goal) {
    // nop
  }

  void count() {
    if (--left_ == 0)
      done_.set();
  }

  bool wait() const {
    return done_.wait();
  }

private:
  std::atomic<int> left_;
  signal done_;
};

} // namespace

TEST_CASE("an actor system ends at once while names are resolved", "[http]") {
  auto resolver = hanging_resolver{};
  CHECK(time_to_end(get_request("https://a.hang.test/"), 10,
                    [&] { return resolver.wait_for(1); })
        < 1s);
}

TEST_CASE("an actor system ends at once while connecting", "[http]") {
  deaf_port nobody;
  const auto url = "http://127.0.0.1:" + std::to_string(nobody.port());
  CHECK(time_to_end(get_request(url), 20, [] { return true; }) < 1s);
}

TEST_CASE("an actor system ends at once while a server hangs", "[http]") {
  auto asked = counter{50};
  auto server = tcp_server{[&](connection& peer) {
    peer.read_request();
    asked.count();
    peer.wait_for_close();
  }};
  CHECK(
    time_to_end(get_request(server.url()), 100, [&] { return asked.wait(); })
    < 1s);
}

TEST_CASE("an actor system ends at once in the handshake of TLS", "[http]") {
  auto asked = counter{10};
  auto server = tcp_server{[&](connection& peer) {
    // Who has said something has read the authorities, which takes long.
    if (!peer.read().empty())
      asked.count();
    peer.wait_for_close();
  }};
  const auto url = "https://127.0.0.1:" + std::to_string(server.port());
  CHECK(time_to_end(get_request(url), 10, [&] { return asked.wait(); }) < 1s);
}

TEST_CASE("an actor system ends at once in the middle of a body", "[http]") {
  auto asked = counter{10};
  auto server = tcp_server{[&](connection& peer) {
    peer.read_request();
    peer.write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx");
    asked.count();
    peer.wait_for_close();
  }};
  CHECK(time_to_end(get_request(server.url()), 10, [&] { return asked.wait(); })
        < 1s);
}

TEST_CASE("the thread of an actor system ends with its client", "[http]") {
  auto server = tcp_server{tcp_server::always("hello")};
  {
    auto fixture = http_fixture{};
    CHECK(io_threads() == 0);
    for (int i = 0; i < 3; ++i)
      CHECK(body_of(fixture.get(server.url())) == "hello");
    CHECK(io_threads() == 1);
  }
  CHECK(io_threads() == 0);
}

TEST_CASE("an actor system ends while a thread lives that has sent a request",
          "[http][lifetime]") {
  const auto environment = no_http_environment{};
  const auto server = tcp_server{tcp_server::always("hello")};
  auto body = std::string{};
  CHECK(ends_after([&](const handle& bearer) {
    body = body_of(http::send(bearer, http::get(server.url())));
  }));
  CHECK(body == "hello");
}

TEST_CASE("an actor system ends while a thread lives that has made a source",
          "[oauth2][lifetime]") {
  auto server = oauth2::options{};
  server.token_endpoint = "https://as.example/token";
  server.client_id = "client";
  auto metadata = metadata_source_options{};
  metadata.url = "http://169.254.169.254/token";
  metadata.connection.allow_plain_http = true;
  auto made = false;
  CHECK(ends_after([&](const handle& bearer) {
    made = bool(oauth2_source(bearer.actor().home_system(), server));
  }));
  CHECK(made);
  CHECK(ends_after([&](const handle& bearer) {
    made = bool(metadata_source(bearer.actor().home_system(), metadata));
  }));
  CHECK(made);
}
