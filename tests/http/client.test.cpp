#include <bearer/error.hpp>
#include <bearer/http/client.hpp>

#include "support/http_server.hpp"
#include "support/real_time.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/exit_reason.hpp>
#include <caf/scoped_actor.hpp>

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <string>
#include <vector>

using namespace bearer;
using namespace bearer::test;
using namespace std::chrono_literals;

namespace {

http::request get(const std::string& url) {
  auto result = http::request{};
  result.url = url;
  result.timeout = patience;
  return result;
}

http::request post(const std::string& url, std::string_view body) {
  auto result = get(url);
  result.method = http::method::post;
  result.body = secret{body};
  return result;
}

/// Asks the shared client from outside of any actor.
struct asker_of_http {
  explicit asker_of_http(caf::actor_system& sys)
    : client(http::shared_client(sys)), self(sys) {
    // nop
  }

  auto start(const http::request& what) {
    return detail::mail(self.ptr(), fetch_atom_v, what)
      .request(client, 2 * patience);
  }

  template <class Pending>
  caf::expected<http::response> answer(Pending pending) {
    auto result = caf::expected<http::response>{caf::error{}};
    std::move(pending).receive([&](http::response& x) { result = x; },
                               [&](caf::error& err) { result = err; });
    return result;
  }

  caf::expected<http::response> ask(const http::request& what) {
    return answer(start(what));
  }

  http::client_actor client;
  caf::scoped_actor self;
};

struct fixture : real_system, asker_of_http {
  fixture() : asker_of_http(sys) {
    // nop
  }
};

std::string body_of(const caf::expected<http::response>& result) {
  if (!result)
    throw std::runtime_error(to_string(result.error()));
  return std::string{result->body.view()};
}

/// Answers everything alike.
http_server::behaviour always(std::string text) {
  return each_request(
    [text = std::move(text)](auto& to, const auto&) { to.write(text); });
}

} // namespace

// -- answers
// ---------------------------------------------------------------------

TEST_CASE_METHOD(fixture, "a client gives the server's answer", "[http]") {
  http_server server{each_request([](auto& to, const auto&) {
    to.answer(418, "short and stout", "X-Kind:  tea \r\nX-None:\r\n");
  })};
  auto result = ask(get(server.url("/pot?size=small")));
  REQUIRE(result);
  CHECK(result->status == 418);
  CHECK(result->body.view() == "short and stout");
  CHECK(result->field_value("x-kind") == "tea");
  CHECK(result->field_value("X-None").empty());
  CHECK(result->field_value("X-Other").empty());
}

TEST_CASE_METHOD(fixture, "a client sends fields and body as they are",
                 "[http]") {
  auto heard = std::promise<heard_request>{};
  http_server server{each_request([&heard](auto& to, const auto& what) {
    heard.set_value(what);
    to.answer(200, "");
  })};
  auto what = post(server.url("/path?q=1"), std::string{"a=b\0c", 5});
  what.fields = {{"X-One", secret{"1"}}, {"X-Empty", {}}};
  REQUIRE(ask(what));
  auto result = heard.get_future().get();
  CHECK(result.line == "POST /path?q=1 HTTP/1.1");
  CHECK(contains(result.header, "\r\nX-One: 1\r\n"));
  CHECK(contains(result.header, "\r\nX-Empty:\r\n"));
  CHECK(contains(result.header, "\r\nUser-Agent: libbearer/"));
  CHECK(!contains(result.header, "Expect"));
  CHECK(result.body == std::string{"a=b\0c", 5});
}

TEST_CASE_METHOD(fixture, "a client puts chunks together", "[http]") {
  http_server server{
    always("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
           "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")};
  CHECK(body_of(ask(get(server.url()))) == "abcde");
}

TEST_CASE_METHOD(fixture, "interim answers leave no fields behind", "[http]") {
  http_server server{always("HTTP/1.1 103 Early Hints\r\nX-Early: yes\r\n\r\n"
                            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")};
  auto result = ask(get(server.url()));
  CHECK(body_of(result) == "ok");
  CHECK(result->field_value("X-Early").empty());
}

TEST_CASE_METHOD(fixture, "requests one after the other share a connection",
                 "[http]") {
  http_server server{
    each_request([](auto& to, const auto&) { to.answer(200, "ok"); })};
  for (auto i = 0; i < 20; ++i)
    CHECK(body_of(ask(get(server.url()))) == "ok");
  CHECK(server.connections() == 1);
}

TEST_CASE_METHOD(fixture, "a thousand requests at once are answered each",
                 "[http]") {
  http_server server{each_request([](auto& to, const auto& what) {
    to.answer(200, what.line.substr(0, what.line.rfind(' ')));
  })};
  using pending = decltype(start(get("")));
  auto all = std::vector<pending>{};
  for (auto i = 0; i < 1000; ++i)
    all.push_back(start(get(server.url("/" + std::to_string(i)))));
  for (auto i = 0; i < 1000; ++i)
    CHECK(body_of(answer(std::move(all[static_cast<std::size_t>(i)])))
          == "GET /" + std::to_string(i));
  CHECK(server.connections() <= 64);
}

// -- limits
// ----------------------------------------------------------------------

TEST_CASE_METHOD(fixture, "a body over the limit is refused", "[http]") {
  http_server server{each_request(
    [](auto& to, const auto&) { to.answer(200, std::string(5000, 'x')); })};
  auto what = get(server.url());
  what.max_body = 5000;
  CHECK(body_of(ask(what)).size() == 5000);
  what.max_body = 4999;
  auto result = ask(what);
  CHECK(error_of(result) == errc::unusable_response);
  CHECK(contains(error_text(result), "more than 4999 bytes"));
}

TEST_CASE_METHOD(fixture, "the header has a limit, too", "[http]") {
  http_server server{each_request([](auto& to, const auto&) {
    auto fields = std::string{};
    for (auto i = 0; i < 100; ++i)
      fields += "X-Long: " + std::string(1000, 'x') + "\r\n";
    to.answer(200, "", fields);
  })};
  auto result = ask(get(server.url()));
  CHECK(error_of(result) == errc::unusable_response);
  CHECK(contains(error_text(result), "header fields"));
}

TEST_CASE_METHOD(fixture, "the answer to a request that hangs is lost",
                 "[http]") {
  http_server server{[](auto& to) { to.wait_for_close(); }};
  auto what = get(server.url("/slow?secret=1"));
  what.timeout = 50ms;
  auto result = ask(what);
  CHECK(error_of(result) == errc::answer_lost);
  CHECK(contains(error_text(result), server.url("/slow")));
  CHECK(!contains(error_text(result), "secret"));
}

TEST_CASE_METHOD(fixture, "an answer that drips is given up in time",
                 "[http]") {
  http_server server{[](auto& to) {
    to.read();
    to.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc");
    to.wait_for_close();
  }};
  auto what = get(server.url());
  what.timeout = 50ms;
  CHECK(error_of(ask(what)) == errc::answer_lost);
}

// -- broken connections
// ----------------------------------------------------------

TEST_CASE_METHOD(fixture, "a refused connection says that nothing was asked",
                 "[http]") {
  auto url = std::string{};
  {
    http_server gone{[](auto&) {}};
    url = gone.url("/x");
  }
  auto result = ask(get(url));
  CHECK(error_of(result) == errc::connection_failed);
  CHECK(contains(error_text(result), url));
}

TEST_CASE_METHOD(fixture, "a reset in the body loses the answer", "[http]") {
  http_server server{[](auto& to) {
    to.read();
    to.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc");
    to.reset();
  }};
  CHECK(error_of(ask(post(server.url(), "x"))) == errc::answer_lost);
}

TEST_CASE_METHOD(fixture, "what is not HTTP cannot be used", "[http]") {
  http_server server{[](auto& to) {
    to.read();
    to.write("220 mail.example ESMTP\r\n");
  }};
  CHECK(error_of(ask(get(server.url()))) == errc::unusable_response);
}

// -- redirects
// -------------------------------------------------------------------

namespace {

/// Redirects `/from` with a status, and says what it heard elsewhere.
http_server::behaviour redirecting(int status, std::string location) {
  return each_request([status, location](auto& to, const auto& what) {
    if (contains(what.line, " /from "))
      to.answer(status, "", "Location: " + location + "\r\n");
    else
      to.answer(200, what.line + " " + what.body);
  });
}

} // namespace

TEST_CASE_METHOD(fixture, "a GET follows redirects to the same origin",
                 "[http]") {
  for (const auto status : {301, 302, 303, 307, 308}) {
    http_server server{redirecting(status, "/to")};
    CHECK(body_of(ask(get(server.url("/from")))) == "GET /to HTTP/1.1 ");
  }
}

TEST_CASE_METHOD(fixture, "a POST follows redirects that keep it a POST",
                 "[http]") {
  for (const auto status : {307, 308}) {
    http_server server{redirecting(status, "/to")};
    CHECK(body_of(ask(post(server.url("/from"), "x")))
          == "POST /to HTTP/1.1 x");
  }
  for (const auto status : {301, 302, 303}) {
    http_server server{redirecting(status, "/to")};
    auto result = ask(post(server.url("/from"), "x"));
    CHECK(error_of(result) == errc::unusable_response);
    CHECK(contains(error_text(result), server.url("/to")));
  }
}

TEST_CASE_METHOD(fixture, "a redirect to another origin is not followed",
                 "[http]") {
  http_server other{
    each_request([](auto& to, const auto&) { to.answer(200, "stolen"); })};
  http_server server{redirecting(307, other.url("/to?token=1"))};
  auto result = ask(post(server.url("/from"), "credentials"));
  CHECK(error_of(result) == errc::unusable_response);
  CHECK(contains(error_text(result), other.url("/to")));
  CHECK(!contains(error_text(result), "token=1"));
  CHECK(other.connections() == 0);
}

TEST_CASE_METHOD(fixture, "redirects in a circle end", "[http]") {
  http_server server{redirecting(302, "/from")};
  auto result = ask(get(server.url("/from")));
  CHECK(error_of(result) == errc::unusable_response);
  CHECK(contains(error_text(result), "more than 5 times"));
}

// -- what is refused at once
// -----------------------------------------------------

TEST_CASE_METHOD(fixture, "secrets are sent by https or to this machine only",
                 "[http]") {
  CHECK(error_of(ask(get("http://192.0.2.1/"))) == errc::invalid_setting);
  CHECK(error_of(ask(get("ftp://127.0.0.1/"))) == errc::invalid_setting);
  CHECK(error_of(ask(get("/token"))) == errc::invalid_setting);
  CHECK(error_of(ask(get(""))) == errc::invalid_setting);
  auto result = ask(get("http://user:canary@127.0.0.1/"));
  CHECK(error_of(result) == errc::invalid_setting);
  CHECK(!contains(error_text(result), "canary"));
}

TEST_CASE_METHOD(fixture, "nobody smuggles header fields in", "[http]") {
  http_server server{
    each_request([](auto& to, const auto&) { to.answer(200, ""); })};
  auto what = get(server.url());
  what.fields = {{"X-One", secret{"canary\r\nX-Two: 2"}}};
  auto result = ask(what);
  CHECK(error_of(result) == errc::invalid_setting);
  CHECK(contains(error_text(result), "X-One"));
  CHECK(!contains(error_text(result), "canary"));
  what.fields = {{"X-One: 1\r\nX-Two", secret{"2"}}};
  CHECK(error_of(ask(what)) == errc::invalid_setting);
  CHECK(server.connections() == 0);
}

// -- ends
// ------------------------------------------------------------------------

TEST_CASE_METHOD(fixture, "a transfer ends with whom it is for", "[http]") {
  signal asked;
  signal closed;
  http_server server{[&](auto& to) {
    to.read();
    asked.set();
    to.wait_for_close();
    closed.set();
  }};
  auto requester = sys.spawn(
    [this, url = server.url()](caf::event_based_actor* him) -> caf::behavior {
      detail::mail(him, fetch_atom_v, get(url))
        .request(client, caf::infinite)
        .then([](const http::response&) {});
      return {[](int) {}};
    });
  REQUIRE(asked.wait());
  caf::anon_send_exit(requester, caf::exit_reason::kill);
  CHECK(closed.wait());
}

TEST_CASE("an actor system ends with transfers under way", "[http]") {
  signal asked;
  http_server server{[&](auto& to) {
    to.read();
    asked.set();
    to.wait_for_close();
  }};
  real_system real;
  {
    asker_of_http user{real.sys};
    auto pending = user.start(get(server.url()));
    REQUIRE(asked.wait());
  }
  // The requester has gone; nothing is left to wait for.
  SUCCEED();
}

TEST_CASE("all of an actor system share one client while it lives", "[http]") {
  real_system one;
  real_system other;
  auto client = http::shared_client(one.sys);
  // Handles of different actor systems may compare equal.
  const auto same = [](const auto& lhs, const auto& rhs) {
    return caf::actor_cast<caf::strong_actor_ptr>(lhs).get()
           == caf::actor_cast<caf::strong_actor_ptr>(rhs).get();
  };
  CHECK(same(http::shared_client(one.sys), client));
  CHECK(!same(http::shared_client(other.sys), client));
}
