#include <bearer/error.hpp>

#include "support/canary.hpp"
#include "support/eventually.hpp"
#include "support/http_client.hpp"
#include "support/tcp_server.hpp"

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <chrono>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/socket.h>

using namespace bearer;
using namespace bearer::test;
using namespace std::chrono_literals;

namespace {

/// A proxy that answers itself and remembers the first request.
struct scripted_proxy {
  explicit scripted_proxy(std::string answer = "407 Who are you")
    : tunnel(std::move(answer)) {
    // nop
  }

  /// How it answers those who want a tunnel.
  const std::string tunnel;
  std::mutex mutex;
  std::string seen;
  tcp_server server{[this](connection& peer) {
    auto text = peer.read_request();
    {
      const auto guard = std::unique_lock{mutex};
      seen = text;
    }
    if (text.starts_with("CONNECT"))
      peer.answer("", tunnel);
    else
      peer.answer("from the proxy");
  }};

  std::string request() {
    const auto guard = std::unique_lock{mutex};
    return seen;
  }

  std::string address(const std::string& user = {}) const {
    return "http://" + user + "127.0.0.1:" + std::to_string(server.port());
  }
};

std::string failure(const http_result& result,
                    errc code = errc::connection_failed) {
  CHECK(error_of(result) == code);
  CHECK_FALSE(shows(error_text(result)));
  return error_text(result);
}

} // namespace

TEST_CASE_METHOD(http_fixture, "requests in a row share a connection",
                 "[http]") {
  auto server = tcp_server{tcp_server::always("hello")};
  for (int i = 0; i < 50; ++i)
    REQUIRE(body_of(get(server.url())) == "hello");
  CHECK(server.connections() == 1);
}

TEST_CASE_METHOD(http_fixture,
                 "a connection that the server closed is replaced", "[http]") {
  auto server = tcp_server{[](connection& peer) {
    peer.read_request();
    peer.answer("hello");
  }};
  for (int i = 0; i < 5; ++i)
    REQUIRE(body_of(get(server.url())) == "hello");
  CHECK(server.connections() == 5);
}

TEST_CASE_METHOD(http_fixture,
                 "what was posted is not posted again when a connection breaks",
                 "[http]") {
  for (const auto* body : {"grant_type=x", ""}) {
    auto heard = std::atomic<int>{0};
    auto server = tcp_server{[&](connection& peer) {
      while (!peer.read_request().empty()) {
        if (++heard == 2)
          return;
        peer.answer("hello");
      }
    }};
    CHECK(body_of(get(server.url())) == "hello");
    const auto result = send(post_request(server.url(), body));
    CHECK(contains(failure(result, errc::answer_lost), server.url()));
    CHECK(heard == 2);
  }
}

TEST_CASE_METHOD(http_fixture,
                 "a thousand requests at once need few connections", "[http]") {
  auto server = tcp_server{tcp_server::always("hello")};
  auto pending = std::vector<pending_response>{};
  for (int i = 0; i < 1000; ++i)
    pending.push_back(start(get_request(server.url())));
  for (const auto& x : pending)
    REQUIRE(body_of(x.get()) == "hello");
  CHECK(server.connections() <= 64);
}

TEST_CASE_METHOD(http_fixture, "a server that hangs holds up no other",
                 "[http]") {
  auto hanging = tcp_server{[](connection& peer) { peer.wait_for_close(); }};
  auto server = tcp_server{tcp_server::always("hello")};
  auto pending = std::vector<pending_response>{};
  for (int i = 0; i < 200; ++i)
    pending.push_back(start(get_request(hanging.url())));
  CHECK(body_of(get(server.url())) == "hello");
  for (auto& x : pending)
    x.kill();
}

TEST_CASE_METHOD(http_fixture,
                 "requests that wait for a connection have their own time",
                 "[http]") {
  auto hanging = tcp_server{[](connection& peer) { peer.wait_for_close(); }};
  auto pending = std::vector<pending_response>{};
  for (int i = 0; i < 100; ++i)
    pending.push_back(start(get_request(hanging.url())));
  // Requests may overtake each other on their way to the connections.
  REQUIRE(eventually([&] { return hanging.connections() == 64; }));
  auto what = get_request(hanging.url());
  what.timeout = 10ms;
  CHECK(contains(failure(send(what)), "no answer within 10ms"));
  for (auto& x : pending)
    x.kill();
}

TEST_CASE_METHOD(http_fixture, "requests that wait move up", "[http]") {
  auto go_on = signal{};
  auto server = tcp_server{[=](connection& peer) {
    while (!peer.read_request().empty()) {
      go_on.wait();
      if (!peer.answer("late"))
        return;
    }
  }};
  auto pending = std::vector<pending_response>{};
  for (int i = 0; i < 200; ++i)
    pending.push_back(start(get_request(server.url())));
  for (std::size_t i = 0; i < 50; ++i)
    pending[i].kill();
  go_on.set();
  for (std::size_t i = 50; i < 200; ++i)
    REQUIRE(body_of(pending[i].get()) == "late");
}

TEST_CASE_METHOD(http_fixture, "a refused connection is an error", "[http]") {
  const auto url = "http://127.0.0.1:" + std::to_string(closed_port()) + "/a";
  const auto text = failure(get(url + "?code=" + std::string{canary}));
  CHECK(contains(text, url + ": "));
  CHECK(contains(text, "connect"));
}

TEST_CASE_METHOD(http_fixture, "a name that is not known is an error",
                 "[http]") {
  const auto text = failure(get("https://unknown.invalid/token"));
  CHECK(contains(text, "unknown.invalid"));
  CHECK(contains(text, "resolve"));
}

TEST_CASE_METHOD(http_fixture, "plain http goes through a proxy if allowed",
                 "[http]") {
  auto proxy = scripted_proxy{};
  auto what = get_request("http://idp.example.com/token?a=b");
  what.connection.allow_plain_http = true;
  what.connection.proxy = proxy.address();
  CHECK(body_of(send(what)) == "from the proxy");
  CHECK(proxy.request().starts_with(
    "GET http://idp.example.com/token?a=b HTTP/1.1\r\n"));
}

TEST_CASE_METHOD(http_fixture, "https goes through a tunnel of the proxy",
                 "[http]") {
  auto proxy = scripted_proxy{};
  auto what = post_request("https://idp.example.com/token", canary);
  what.fields = {{"Authorization", secret{canary}}};
  what.connection.proxy = proxy.address("user:" + std::string{canary} + "@");
  CHECK(contains(failure(send(what)), "407"));
  CHECK(proxy.request().starts_with("CONNECT idp.example.com:443 HTTP/1.1"));
  CHECK_FALSE(shows(proxy.request()));
}

TEST_CASE_METHOD(http_fixture,
                 "what a proxy says of its tunnel, no server has heard",
                 "[http]") {
  // After the last one, no handshake of TLS follows.
  for (const auto* answer :
       {"407 Who are you", "502 Bad Gateway", "503 Busy", "200 Connected"}) {
    CAPTURE(answer);
    const auto proxy = scripted_proxy{answer};
    auto what = post_request("https://idp.example.com/token", canary);
    what.connection.proxy = proxy.address();
    failure(send(what));
  }
}

TEST_CASE_METHOD(http_fixture, "the environment names a proxy", "[http]") {
  auto proxy = scripted_proxy{};
  environment.https_proxy.set(proxy.address().c_str());
  CHECK(contains(failure(get("https://idp.example.com/token")), "407"));
  environment.no_proxy.set("idp.invalid");
  CHECK(contains(failure(get("https://idp.invalid/token")), "resolve"));
}

TEST_CASE_METHOD(http_fixture,
                 "a proxy of the environment that is none is an error without"
                 " its password",
                 "[http]") {
  const auto password = std::string{canary};
  for (const auto& bad :
       {"http://user:" + password + "@:x:y", "nonsense://" + password + ":80",
        "http://user:" + password + "@proxy.invalid:80"}) {
    environment.https_proxy.set(bad.c_str());
    failure(get("https://idp.example.com/token"));
  }
}

TEST_CASE_METHOD(http_fixture,
                 "plain http to this machine avoids the environment's proxy",
                 "[http]") {
  auto proxy = scripted_proxy{};
  auto server = tcp_server{tcp_server::always("hello")};
  environment.http_proxy.set(proxy.address().c_str());
  environment.all_proxy.set(proxy.address().c_str());
  CHECK(body_of(get(server.url())) == "hello");
  CHECK(proxy.server.connections() == 0);
}

TEST_CASE_METHOD(http_fixture, "child processes inherit no connection",
                 "[http]") {
  auto server = tcp_server{tcp_server::always("hello")};
  CHECK(get(server.url()));
  // The client's end, both of the server's, which are closed there as well.
  auto found = 0;
  for (int fd = 0; fd < 1024; ++fd) {
    auto domain = 0;
    auto size = socklen_t{sizeof(domain)};
    if (::getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) != 0
        || domain != AF_INET)
      continue;
    ++found;
    CHECK((::fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
  }
  CHECK(found >= 3);
}
