#include <bearer/bearer.hpp>
#include <bearer/http/send.hpp>

#include "support/eventually.hpp"
#include "support/heard_request.hpp"
#include "support/http_client.hpp"
#include "support/numbered_source.hpp"
#include "support/real_time.hpp"
#include "support/tcp_server.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/exit_reason.hpp>
#include <caf/response_promise.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

using namespace bearer;
using namespace bearer::test;
using namespace std::chrono_literals;

namespace {

/// A server of the application that knows good tokens from bad ones.
class api_server {
public:
  /// The value of `Authorization` that it greets.
  explicit api_server(std::string good) : good_(std::move(good)) {
    // nop
  }

  std::string url(std::string_view path = "/thing") const {
    return wire_.url(path);
  }

  /// Of a request for `/hang`, which has no answer.
  signal asked;
  signal closed;
  std::atomic<bool> closed_by_client = false;

  /// What came, in order.
  std::vector<heard_request> heard() const {
    const auto guard = std::unique_lock{mutex_};
    return heard_;
  }

private:
  void serve(connection& to) {
    for (auto text = to.read_request(); !text.empty();
         text = to.read_request()) {
      const auto what = heard_request{text};
      note(what);
      if (what.line.starts_with("GET /lost"))
        return to.reset();
      if (what.line.starts_with("GET /hang")) {
        asked.set();
        closed_by_client = to.wait_for_close();
        return closed.set();
      }
      answer(to, what);
    }
  }

  void note(const heard_request& what) {
    const auto guard = std::unique_lock{mutex_};
    heard_.push_back(what);
  }

  void answer(connection& to, const heard_request& what) const {
    if (contains(what.header, "\r\nAuthorization: " + good_ + "\r\n"))
      to.answer("hello " + what.body);
    else if (what.line.starts_with("POST /elsewhere"))
      to.answer("", "303 See Other", "Location: https://other.example/\r\n");
    else if (what.line.starts_with("GET /forbidden"))
      to.answer("no", "403 Forbidden",
                "WWW-Authenticate: Bearer error=\"insufficient_scope\"\r\n");
    else
      to.answer("no", "401 Unauthorized",
                "WWW-Authenticate: Bearer error=\"invalid_token\"\r\n");
  }

  std::string good_;
  mutable std::mutex mutex_;
  std::vector<heard_request> heard_;
  tcp_server wire_{[this](connection& to) { serve(to); }};
};

struct fixture {
  no_http_environment environment;
  numbered_source source;
  real_system real;
  handle api = *spawn(real.sys, source.spawn(real.sys), quick());

  /// Sends from inside an actor.
  http_result send(http::request what, const fetch_options& opts = {}) {
    auto promise = std::make_shared<std::promise<http_result>>();
    auto result = promise->get_future();
    real.sys.spawn([=, api = api](caf::event_based_actor* self) {
      http::send(self, api, what, opts)
        .then([promise](http::response& x) { promise->set_value(x); },
              [promise](const caf::error& x) { promise->set_value(x); });
    });
    if (result.wait_for(patience) != std::future_status::ready)
      throw std::runtime_error("no answer to a request");
    return result.get();
  }
};

} // namespace

TEST_CASE_METHOD(fixture, "a request is sent with the token in its header",
                 "[http][with_token]") {
  const auto server = api_server{"Bearer token-1"};
  const auto got = send(http::get(server.url()));
  CHECK(body_of(got) == "hello ");
  CHECK(got->status == 200);
  CHECK(server.heard().size() == 1);
  CHECK(source.calls() == 1);
}

TEST_CASE_METHOD(fixture, "a body is posted with its type",
                 "[http][with_token]") {
  const auto server = api_server{"Bearer token-1"};
  const auto got
    = send(http::post(server.url(), secret{"{}"}, "application/json"));
  CHECK(body_of(got) == "hello {}");
  const auto heard = server.heard().at(0);
  CHECK(heard.line == "POST /thing HTTP/1.1");
  CHECK(contains(heard.header, "\r\nContent-Type: application/json\r\n"));
}

TEST_CASE_METHOD(fixture,
                 "a refused token is replaced and the request repeated",
                 "[http][with_token][I4]") {
  const auto server = api_server{"Bearer token-2"};
  const auto got = send(http::post(server.url(), secret{"again"}));
  CHECK(body_of(got) == "hello again");
  CHECK(server.heard().size() == 2);
  CHECK(source.calls() == 2);
}

TEST_CASE_METHOD(fixture, "a token that is refused for good is an error",
                 "[http][with_token]") {
  const auto server = api_server{"Bearer none"};
  const auto err = error_of(send(http::get(server.url("/thing?key=hidden"))));
  CHECK(err == errc::token_refused);
  const auto what = refusal_of(err);
  REQUIRE(what);
  CHECK(what->status == 401);
  CHECK(what->server == server.url());
  CHECK(what->error == "invalid_token");
  CHECK(server.heard().size() == 2);
}

TEST_CASE_METHOD(fixture, "a refusal that repeats the request shows no secret",
                 "[http][with_token][I19]") {
  const auto server = tcp_server{
    each_request([](connection& to, const heard_request&) {
      to.answer("", "401 Unauthorized",
                "WWW-Authenticate: Bearer error=\"invalid_token\", "
                "error_description=\"bad token-1 token-2, no key-abc, pw%2Fd; "
                "sorry, q-key\"\r\n");
    })};
  auto what = http::post(server.url("/thing?key=q-key"),
                         secret{"user=x&password=pw/d"},
                         "application/x-www-form-urlencoded");
  what.fields.push_back({"X-Key", secret{"key-abc"}});
  const auto error = [&](const http_result& x) {
    const auto said = refusal_of(error_of(x));
    REQUIRE(said);
    return said->description;
  };
  for (const auto& text : {error(send(what)), error(http::send(api, what))}) {
    CAPTURE(text);
    for (const auto* hidden : {"key-abc", "pw", "q-key"})
      CHECK_FALSE(contains(text, hidden));
    CHECK(contains(text, "sorry, "));
  }
}

TEST_CASE_METHOD(fixture, "what is no refusal of the token is an answer",
                 "[http][with_token]") {
  const auto server = api_server{"Bearer none"};
  const auto got = send(http::get(server.url("/forbidden")));
  REQUIRE(got);
  CHECK(got->status == 403);
  CHECK(server.heard().size() == 1);
  CHECK_FALSE(api.is_renewal_required());
}

TEST_CASE_METHOD(fixture, "a request that may have been heard is not repeated",
                 "[http][with_token]") {
  const auto server = api_server{"Bearer none"};
  const auto got = send(http::get(server.url("/lost")));
  CHECK(error_of(got) == errc::answer_lost);
  CHECK(server.heard().size() == 1);
  CHECK_FALSE(api.is_renewal_required());
}

TEST_CASE_METHOD(fixture, "an answer that is of no use is one all the same",
                 "[http][with_token]") {
  const auto server = api_server{"Bearer none"};
  // Nor does the token go where the redirect leads.
  const auto got = send(http::post(server.url("/elsewhere"), secret{"once"}));
  CHECK(error_of(got) == errc::unusable_response);
  CHECK(server.heard().size() == 1);
}

TEST_CASE_METHOD(fixture, "the end of the actor aborts its request",
                 "[http][with_token][I7]") {
  const auto server = api_server{"Bearer none"};
  auto client = real.sys.spawn(
    [api = api, url = server.url("/hang")](caf::event_based_actor* self) {
      http::send(self, api, http::get(url))
        .then([](http::response&) {}, [](const caf::error&) {});
    });
  REQUIRE(server.asked.wait());
  caf::anon_send_exit(client, caf::exit_reason::kill);
  REQUIRE(server.closed.wait());
  CHECK(server.closed_by_client);
}

TEST_CASE_METHOD(fixture, "an answer may be that of a promise",
                 "[http][with_token]") {
  const auto server = api_server{"Bearer token-2"};
  auto middle = real.sys.spawn(
    [api = api, url = server.url()](caf::event_based_actor* self) {
      return caf::behavior{[=](const std::string&) {
        return http::send(self, api, http::get(url))
          .deliver_to(self->make_response_promise());
      }};
    });
  auto self = caf::scoped_actor{real.sys};
  auto got = http_result{caf::make_error(errc::stopped)};
  detail::mail(self.ptr(), std::string{})
    .request(middle, patience)
    .receive([&](http::response& x) { got = std::move(x); },
             [&](caf::error& x) { got = std::move(x); });
  CHECK(body_of(got) == "hello ");
}

TEST_CASE_METHOD(fixture, "a server that cannot be reached costs no token",
                 "[http][with_token]") {
  const auto url = "http://127.0.0.1:" + std::to_string(closed_port()) + "/";
  CHECK(error_of(send(http::get(url))) == errc::connection_failed);
  CHECK(error_of(http::send(api, http::get(url))) == errc::connection_failed);
  CHECK(source.calls() == 1);
}

TEST_CASE_METHOD(fixture, "a request has one header field for the token",
                 "[http][with_token]") {
  const auto server = api_server{"Bearer token-1"};
  auto what = http::get(server.url());
  what.fields.push_back({"authorization", secret{"Basic eDp5"}});
  const auto text = error_text(send(what));
  CHECK(contains(text, "invalid_option"));
  CHECK(contains(text, "Authorization"));
  CHECK_FALSE(contains(text, "eDp5"));
  CHECK(error_of(http::send(api, what)) == errc::invalid_option);
  CHECK(server.heard().empty());
}

TEST_CASE_METHOD(fixture, "no token is sent where anybody can read it",
                 "[http][with_token]") {
  const auto err = error_of(send(http::get("http://api.example/thing")));
  CHECK(err == errc::invalid_setting);
  CHECK(contains(caf::to_string(err), "http://api.example/thing"));
}

TEST_CASE_METHOD(fixture,
                 "a server that hangs runs into the request's deadline",
                 "[http][with_token][I5]") {
  const auto server = tcp_server{[](connection& to) { to.wait_for_close(); }};
  auto opts = fetch_options{};
  opts.timeout = 700ms;
  const auto err = error_of(send(http::get(server.url()), opts));
  CHECK((err == errc::answer_lost || err == errc::timed_out));
  CHECK(error_of(http::send(api, http::get(server.url()), opts))
        == errc::answer_lost);
  CHECK(eventually([&] { return server.connections() == 2; }));
  CHECK_FALSE(api.is_renewal_required());
}

TEST_CASE_METHOD(fixture, "threads send requests, too", "[http][with_token]") {
  const auto server = api_server{"Bearer token-2"};
  const auto got = http::send(api, http::post(server.url(), secret{"me"}));
  CHECK(body_of(got) == "hello me");
  CHECK(server.heard().size() == 2);
  const auto refused = api_server{"Bearer none"};
  CHECK(error_of(http::send(api, http::get(refused.url())))
        == errc::token_refused);
}
