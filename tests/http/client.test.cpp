#include <bearer/error.hpp>
#include <bearer/http/client.hpp>

#include "support/canary.hpp"
#include "support/http_client.hpp"
#include "support/tcp_server.hpp"

#include <caf/scoped_actor.hpp>

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

using namespace bearer;
using namespace bearer::test;
using namespace std::chrono_literals;

namespace {

/// A server that remembers the requests and answers all the same.
struct recorder {
  std::mutex mutex;
  std::vector<std::string> requests;
  tcp_server server{[this](connection& peer) {
    for (;;) {
      auto text = peer.read_request();
      if (text.empty())
        return;
      {
        const auto guard = std::unique_lock{mutex};
        requests.push_back(std::move(text));
      }
      peer.answer("ok");
    }
  }};

  std::string last() {
    const auto guard = std::unique_lock{mutex};
    return requests.at(requests.size() - 1);
  }
};

} // namespace

TEST_CASE_METHOD(http_fixture, "a GET brings status, fields and body",
                 "[http]") {
  auto server = tcp_server{[](connection& peer) {
    peer.read_request();
    peer.answer("hello", "200 Fine", "X-One: 1\r\nx-two:  2 \r\nX-One: 3\r\n");
  }};
  auto result = get(server.url("/a?b=c"));
  CHECK(body_of(result) == "hello");
  CHECK(result->status == 200);
  CHECK(result->field_value("x-one") == "1");
  CHECK(result->field_value("X-Two") == "2");
  CHECK(result->field_value("Content-Length") == "5");
  CHECK(result->fields.size() == 4);
}

TEST_CASE_METHOD(http_fixture, "the server gets what was asked for", "[http]") {
  auto there = recorder{};
  CHECK(get(there.server.url("/a?b=c")));
  CHECK(there.last().starts_with("GET /a?b=c HTTP/1.1\r\n"));
  CHECK(contains(there.last(), "\r\nUser-Agent: libbearer/"));
  auto what = post_request(there.server.url("/token"), "grant_type=x");
  what.fields = {{"Authorization", secret{"Basic abc"}},
                 {"X-Empty", secret{}},
                 {"User-Agent", secret{"mine"}}};
  CHECK(send(what));
  CHECK(there.last().starts_with("POST /token HTTP/1.1\r\n"));
  CHECK(there.last().ends_with("\r\n\r\ngrant_type=x"));
  CHECK(contains(there.last(), "\r\nContent-Length: 12\r\n"));
  CHECK(contains(there.last(), "\r\nAuthorization: Basic abc\r\n"));
  CHECK(contains(there.last(), "\r\nX-Empty:\r\n"));
  CHECK(contains(there.last(), "\r\nUser-Agent: mine\r\n"));
  CHECK_FALSE(contains(there.last(), "libbearer"));
}

TEST_CASE_METHOD(http_fixture, "a POST may be empty or long", "[http]") {
  auto there = recorder{};
  CHECK(send(post_request(there.server.url(), "")));
  CHECK(contains(there.last(), "\r\nContent-Length: 0\r\n"));
  const auto body = std::string(3'000'000, 'x');
  CHECK(send(post_request(there.server.url(), body)));
  CHECK(there.last().ends_with("\r\n\r\n" + body));
  CHECK_FALSE(contains(there.last(), "Expect:"));
}

TEST_CASE_METHOD(http_fixture, "nothing is sent of a request that is wrong",
                 "[http]") {
  auto there = recorder{};
  const auto refused = [&](const http::request& what) {
    auto result = send(what);
    CHECK(error_of(result) == errc::invalid_setting);
    CHECK_FALSE(shows(error_text(result)));
    return error_text(result);
  };
  const auto url = there.server.url();
  for (const auto* end : {"\r\nX-Evil: 1", "\n", "\r"}) {
    auto what = get_request(url);
    what.fields = {{"X-One", secret{std::string{canary} + end}}};
    CHECK(contains(refused(what), "X-One"));
    what.fields = {{std::string{canary} + end, secret{"1"}}};
    refused(what);
  }
  auto what = get_request(url);
  what.fields = {{"X-One", secret{std::string("a\0b", 3)}}};
  refused(what);
  what.fields = {{"", secret{"1"}}};
  refused(what);
  what.fields = {{"X:One", secret{"1"}}};
  refused(what);
  what = get_request(url);
  what.connection.proxy = "http://user:" + std::string{canary} + "@:x:y";
  what.connection.allow_plain_http = true;
  CHECK(contains(refused(what), "proxy"));
  refused(get_request(url + "#" + std::string{canary}));
  refused(get_request("http://192.0.2.1/?code=" + std::string{canary}));
  CHECK(there.server.connections() == 0);
}

TEST_CASE("an actor system has one client while anybody holds it", "[http]") {
  auto real = real_system{};
  auto other = real_system{};
  auto first = http::shared_client(real.sys);
  CHECK(http::shared_client(real.sys) == first);
  CHECK(&http::shared_client(other.sys)->home_system() == &other.sys);
  const auto id = first->id();
  first = nullptr;
  // It may still be busy with its start.
  const auto end = std::chrono::steady_clock::now() + patience;
  while (http::shared_client(real.sys)->id() == id
         && std::chrono::steady_clock::now() < end)
    std::this_thread::yield();
  CHECK(http::shared_client(real.sys)->id() != id);
}

TEST_CASE("a client that was killed is replaced", "[http]") {
  auto real = real_system{};
  auto server = tcp_server{tcp_server::always("hello")};
  auto first = http::shared_client(real.sys);
  kill(real.sys, first);
  auto second = http::shared_client(real.sys);
  CHECK(second != first);
  auto what = get_request(server.url());
  CHECK(body_of(pending_response{real.sys, second, what}.get()) == "hello");
}

TEST_CASE_METHOD(http_fixture,
                 "a transfer goes on when the client's last handle goes",
                 "[http]") {
  auto asked = signal{};
  auto go_on = signal{};
  auto server = tcp_server{[=](connection& peer) mutable {
    peer.read_request();
    asked.set();
    go_on.wait();
    peer.answer("late");
  }};
  auto pending = start(get_request(server.url()));
  REQUIRE(asked.wait());
  client = nullptr;
  go_on.set();
  CHECK(body_of(pending.get()) == "late");
}

TEST_CASE_METHOD(http_fixture, "a transfer is aborted when its requester ends",
                 "[http]") {
  auto asked = signal{};
  auto closed = signal{};
  auto server = tcp_server{[=](connection& peer) mutable {
    peer.read_request();
    asked.set();
    if (peer.wait_for_close())
      closed.set();
  }};
  auto pending = start(get_request(server.url()));
  REQUIRE(asked.wait());
  pending.kill();
  CHECK(closed.wait());
}

TEST_CASE_METHOD(http_fixture,
                 "a transfer is aborted when a scoped requester ends",
                 "[http]") {
  auto asked = signal{};
  auto closed = signal{};
  auto server = tcp_server{[=](connection& peer) mutable {
    peer.read_request();
    asked.set();
    if (peer.wait_for_close())
      closed.set();
  }};
  {
    auto self = caf::scoped_actor{real.sys};
    static_cast<void>(
      detail::mail(self.ptr(), fetch_atom_v, get_request(server.url()))
        .request(client, caf::infinite));
    REQUIRE(asked.wait());
  }
  CHECK(closed.wait());
}
