#include <bearer/error.hpp>
#include <bearer/http/url.hpp>

#include "support/canary.hpp"
#include "support/http_client.hpp"
#include "support/tcp_server.hpp"

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <mutex>
#include <string>
#include <vector>

using namespace bearer;
using namespace bearer::test;

namespace {

/// A server that redirects from `/` and answers everything else.
struct redirector {
  std::string status;
  std::string location;
  std::mutex mutex;
  std::vector<std::string> requests = {};
  tcp_server server{[this](connection& peer) { serve(peer); }};

  redirector(std::string how, std::string where)
    : status(std::move(how)), location(std::move(where)) {
    // nop
  }

  void serve(connection& peer) {
    for (;;) {
      const auto text = peer.read_request();
      if (text.empty())
        return;
      const auto guard = std::unique_lock{mutex};
      requests.push_back(text);
      if (text.find(" / ") != std::string::npos
          || text.find(" /?") != std::string::npos)
        peer.answer("moved", status,
                    "X-Old: 1\r\nLocation: " + location + "\r\n");
      else
        peer.answer("there");
    }
  }

  std::size_t count() {
    const auto guard = std::unique_lock{mutex};
    return requests.size();
  }

  std::string last() {
    const auto guard = std::unique_lock{mutex};
    return requests.at(requests.size() - 1);
  }
};

const auto all_redirects = std::vector<std::string>{"301 X", "302 X", "303 X",
                                                    "307 X", "308 X"};

std::string refusal(const http_result& result) {
  CHECK(error_of(result) == errc::unusable_response);
  CHECK_FALSE(shows(error_text(result)));
  return error_text(result);
}

} // namespace

TEST_CASE_METHOD(http_fixture, "a GET follows redirects to the same origin",
                 "[http]") {
  for (const auto& status : all_redirects) {
    auto there = redirector{status, "/a?b#c"};
    auto what = get_request(there.server.url());
    what.fields = {{"Authorization", secret{"abc"}}};
    auto result = send(what);
    CHECK(body_of(result) == "there");
    CHECK(result->field_value("X-Old").empty());
    CHECK(there.last().starts_with("GET /a?b HTTP"));
    CHECK(contains(there.last(), "Authorization: abc\r\n"));
    CHECK(there.server.connections() == 1);
  }
}

TEST_CASE_METHOD(http_fixture,
                 "a POST follows redirects that keep method and body",
                 "[http]") {
  for (const auto* status : {"307 X", "308 X"}) {
    auto there = redirector{status, "a"};
    CHECK(body_of(send(post_request(there.server.url(), "abc"))) == "there");
    CHECK(there.last().starts_with("POST /a HTTP"));
    CHECK(there.last().ends_with("\r\n\r\nabc"));
  }
  for (const auto* status : {"301 X", "302 X", "303 X"}) {
    auto there = redirector{status, "a"};
    const auto text = refusal(
      send(post_request(there.server.url("/?" + std::string{canary}), canary)));
    CHECK(contains(text, "the redirect to " + there.server.url("")));
    CHECK(there.count() == 1);
  }
}

TEST_CASE_METHOD(http_fixture, "no redirect leads to another origin",
                 "[http]") {
  auto other = tcp_server{tcp_server::always("stolen")};
  for (const auto& status : all_redirects)
    for (const auto& location :
         {other.url("/a?") + std::string{canary},
          std::string{"https://127.0.0.1/"}, std::string{"//localhost/"},
          std::string{"ftp://127.0.0.1/"}, std::string{"file:///etc/passwd"}}) {
      auto there = redirector{status, location};
      const auto text = refusal(get(there.server.url()));
      CHECK(contains(text, there.server.url()));
      CHECK(contains(text, "another origin"));
      CHECK_FALSE(send(post_request(there.server.url(), canary)));
    }
  CHECK(other.connections() == 0);
}

TEST_CASE_METHOD(http_fixture,
                 "where a redirect leads is named on the same host only",
                 "[http][I19]") {
  const auto secret = std::string{canary};
  auto there = redirector{"302 X", "https://127.0.0.1/" + secret};
  CHECK(contains(refusal(get(there.server.url())),
                 "the redirect to https://127.0.0.1:443 is not followed"));
  there.location = "http://" + secret + ".example/";
  CHECK(contains(refusal(get(there.server.url())),
                 "the redirect to another host is not followed"));
  there.location = secret + "://127.0.0.1:1/";
  CHECK(contains(refusal(get(there.server.url())),
                 "the redirect to another scheme is not followed"));
}

TEST_CASE_METHOD(http_fixture, "errors name no URL that a redirect has led to",
                 "[http][I19]") {
  auto server = tcp_server{[](connection& peer) {
    peer.read_request();
    peer.answer("", "302 X", "Location: /" + std::string{canary} + "\r\n");
    peer.read_request();
    peer.write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx");
  }};
  const auto text = error_text(get(server.url("/asked")));
  CHECK(contains(text, server.url("/asked") + " (redirected): "));
  CHECK_FALSE(shows(text));
}

TEST_CASE_METHOD(http_fixture, "no redirect brings a user or leads nowhere",
                 "[http]") {
  auto there = redirector{"302 X", ""};
  const auto port = std::to_string(there.server.port());
  there.location = "http://user:" + std::string{canary} + "@127.0.0.1:" + port;
  refusal(get(there.server.url()));
  there.location = "http://";
  refusal(get(there.server.url()));
  CHECK(there.count() == 2);
}

TEST_CASE_METHOD(http_fixture, "redirects are followed five times", "[http]") {
  auto requests = std::atomic<int>{0};
  auto server = tcp_server{[&](connection& peer) {
    for (;;) {
      const auto text = peer.read_request();
      if (text.empty())
        return;
      ++requests;
      // GET /n leads to /(n-1), and /0 answers.
      const auto left = std::stoi(text.substr(5));
      if (left > 0)
        peer.answer("", "302 X",
                    "Location: /" + std::to_string(left - 1) + "\r\n");
      else
        peer.answer("there");
    }
  }};
  CHECK(body_of(get(server.url("/5"))) == "there");
  CHECK(requests == 6);
  requests = 0;
  CHECK(contains(refusal(get(server.url("/6"))), "too many"));
  CHECK(requests == 6);
}

TEST_CASE_METHOD(http_fixture, "what is no redirect is an answer", "[http]") {
  for (const auto* status : {"201 X", "300 X", "304 X", "200 X"}) {
    auto there = redirector{status, "/a"};
    auto result = get(there.server.url());
    REQUIRE(result);
    CHECK(result->field_value("Location") == "/a");
    CHECK(there.count() == 1);
  }
  auto server = tcp_server{[](connection& peer) {
    peer.read_request();
    peer.answer("nowhere", "302 X");
  }};
  CHECK(body_of(get(server.url())) == "nowhere");
}
