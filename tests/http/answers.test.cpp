#include <bearer/error.hpp>

#include "support/canary.hpp"
#include "support/http_client.hpp"
#include "support/tcp_server.hpp"

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>

using namespace bearer;
using namespace bearer::test;
using namespace std::chrono_literals;

namespace {

struct fixture : http_fixture {
  /// The answer of a server that says `text` and hangs up.
  http_result say(const std::string& text, std::size_t max_body = 1000) {
    auto server = tcp_server{[=](connection& peer) {
      peer.read_request();
      peer.write(text);
    }};
    auto what = get_request(server.url("/a"));
    what.fields = {{"Authorization", secret{canary}}};
    what.max_body = max_body;
    return send(what);
  }

  /// The error of a server that says `text` and hangs up.
  std::string failure(errc code, const std::string& text) {
    auto result = say(text);
    CAPTURE(error_text(result));
    CHECK(error_of(result) == code);
    CHECK_FALSE(shows(error_text(result)));
    CHECK(contains(error_text(result), "http://127.0.0.1:"));
    return error_text(result);
  }
};

/// The output of a program.
std::string run(const std::string& command) {
  auto folder = temp_folder{};
  const auto path = folder.path("out");
  if (std::system((command + " > " + path).c_str()) != 0)
    throw std::runtime_error("cannot run " + command);
  auto in = std::ifstream{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

std::string gzip_answer(const std::string& body) {
  return "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: "
         + std::to_string(body.size()) + "\r\n\r\n" + body;
}

} // namespace

TEST_CASE_METHOD(fixture, "a chunked body is put together", "[http]") {
  auto result = say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                    "3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\nX-Late: 1\r\n\r\n");
  CHECK(body_of(result) == "hello");
  CHECK(result->field_value("X-Late").empty());
}

TEST_CASE_METHOD(fixture, "a body may end with the connection", "[http]") {
  CHECK(body_of(say("HTTP/1.0 200 OK\r\n\r\nhello")) == "hello");
}

TEST_CASE_METHOD(fixture, "an answer may have no body", "[http]") {
  auto result = say("HTTP/1.1 204 No Content\r\n\r\n");
  CHECK(body_of(result).empty());
  CHECK(result->status == 204);
}

TEST_CASE_METHOD(fixture, "every status is an answer", "[http]") {
  for (const auto status : {200, 201, 300, 304, 400, 401, 404, 429, 500, 503}) {
    auto result = say("HTTP/1.1 " + std::to_string(status)
                      + " X\r\nContent-Length: 0\r\n\r\n");
    REQUIRE(result);
    CHECK(result->status == status);
  }
}

TEST_CASE_METHOD(fixture, "interim answers leave no trace", "[http]") {
  auto result = say("HTTP/1.1 100 Continue\r\nX-Early: 1\r\n\r\n"
                    "HTTP/1.1 103 Early Hints\r\nX-Early: 2\r\n\r\n"
                    "HTTP/1.1 200 OK\r\nX-One: 1\r\nContent-Length: 2\r\n\r\n"
                    "ok");
  CHECK(body_of(result) == "ok");
  CHECK(result->status == 200);
  CHECK(result->fields.size() == 2);
  CHECK(result->field_value("X-Early").empty());
}

TEST_CASE_METHOD(fixture, "a compressed body is decompressed", "[http]") {
  auto result = say(gzip_answer(run("printf hello | gzip -c")));
  CHECK(body_of(result) == "hello");
}

TEST_CASE_METHOD(fixture, "a body up to the limit is an answer", "[http]") {
  const auto answer = [](std::size_t size) {
    return "HTTP/1.1 200 OK\r\n\r\n" + std::string(size, 'x');
  };
  CHECK(body_of(say(answer(100'000), 100'000)).size() == 100'000);
  auto result = say(answer(100'001), 100'000);
  CHECK(error_of(result) == errc::unusable_response);
  CHECK(contains(error_text(result), "100000 bytes"));
  CHECK(body_of(say("HTTP/1.1 200 OK\r\n\r\n", 0)).empty());
  CHECK_FALSE(say("HTTP/1.1 200 OK\r\n\r\nx", 0));
}

TEST_CASE_METHOD(fixture, "the limit counts what was decompressed", "[http]") {
  const auto bomb = run("head -c 100000000 /dev/zero | gzip -c");
  REQUIRE(bomb.size() < 200'000);
  auto result = say(gzip_answer(bomb), 1'000'000);
  CHECK(error_of(result) == errc::unusable_response);
  CHECK(contains(error_text(result), "1000000 bytes"));
}

TEST_CASE_METHOD(fixture, "a body that never ends is cut off", "[http]") {
  auto closed = signal{};
  auto server = tcp_server{[=](connection& peer) mutable {
    peer.read_request();
    peer.write("HTTP/1.1 200 OK\r\n\r\n");
    while (peer.write(std::string(1000, 'x')))
      continue;
    closed.set();
  }};
  CHECK(error_of(get(server.url())) == errc::unusable_response);
  CHECK(closed.wait());
}

TEST_CASE_METHOD(fixture, "a header that never ends is cut off", "[http]") {
  for (const auto* line : {"X-One: 1\r\n", "HTTP/1.1 100 Go on\r\n\r\n"}) {
    auto server = tcp_server{[=](connection& peer) {
      peer.read_request();
      peer.write("HTTP/1.1 200 OK\r\n");
      while (peer.write(line))
        continue;
    }};
    CHECK(error_of(get(server.url())) == errc::unusable_response);
  }
  auto server = tcp_server{[=](connection& peer) {
    peer.read_request();
    peer.write("HTTP/1.1 200 OK\r\nX-One: ");
    while (peer.write(std::string(1000, 'x')))
      continue;
  }};
  CHECK_FALSE(get(server.url()));
}

TEST_CASE_METHOD(fixture, "what is no HTTP is no answer", "[http]") {
  failure(errc::unusable_response, "garbage\r\n\r\nmore garbage");
  failure(errc::unusable_response, "HTTP/9.9 200 OK\r\n\r\n");
  failure(errc::unusable_response, gzip_answer("no gzip"));
  failure(errc::answer_lost, "");
}

TEST_CASE_METHOD(fixture, "half a body is no answer", "[http]") {
  failure(errc::answer_lost, "HTTP/1.1 200 OK\r\nTransfer-Encoding: "
                             "chunked\r\n\r\nxyz\r\n");
  failure(errc::answer_lost,
          "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello");
  failure(errc::answer_lost,
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n");
  auto server = tcp_server{[](connection& peer) {
    peer.read_request();
    peer.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello");
    peer.reset();
  }};
  CHECK(error_of(get(server.url())) == errc::answer_lost);
}

TEST_CASE_METHOD(fixture, "a server that hangs runs into the timeout",
                 "[http]") {
  for (const auto* start : {"", "HTTP/1.1 200 OK\r\n",
                            "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx"}) {
    auto closed = signal{};
    auto server = tcp_server{[=](connection& peer) mutable {
      peer.read_request();
      peer.write(start);
      if (peer.wait_for_close())
        closed.set();
    }};
    auto what = get_request(server.url());
    what.timeout = 700ms;
    auto result = send(what);
    CHECK(error_of(result) == errc::answer_lost);
    CHECK(contains(error_text(result), "no answer within 700ms"));
    CHECK(closed.wait());
  }
}

TEST_CASE_METHOD(fixture, "a slow drip does not extend the time", "[http]") {
  auto closed = signal{};
  auto server = tcp_server{[=](connection& peer) mutable {
    peer.read_request();
    peer.write("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n");
    while (peer.write("x"))
      std::this_thread::sleep_for(1ms);
    closed.set();
  }};
  auto what = get_request(server.url());
  what.timeout = 700ms;
  CHECK(contains(error_text(send(what)), "no answer within"));
  CHECK(closed.wait());
}

TEST_CASE_METHOD(fixture, "no time is too little", "[http]") {
  auto server = tcp_server{tcp_server::always("hello")};
  auto what = get_request(server.url());
  for (const auto timeout : {caf::timespan{0}, caf::timespan::min()}) {
    what.timeout = timeout;
    CHECK(error_of(send(what)) == errc::connection_failed);
  }
  what.timeout = caf::infinite;
  CHECK(body_of(send(what)) == "hello");
}
