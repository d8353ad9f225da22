#include "end_to_end/over_wire.hpp"
#include <catch2/generators/catch_generators.hpp>

#include <string>
#include <vector>

using namespace bearer;
using namespace bearer::test;

namespace {

struct fault {
  const char* name;
  manner how;
  errc code;
  bool permanent = false;
};

manner granting(const std::string& members) {
  return manners::saying(200, R"({"token_type":"Bearer",)" + members + "}");
}

manner redirecting(const std::string& to) {
  return manners::saying(307, "", "Location: " + to + "\r\n");
}

/// Everything that can be said instead of a token, or left unsaid.
std::vector<fault> faults(const std::string& other_server) {
  using namespace manners;
  constexpr auto unusable = errc::unusable_response;
  const auto huge = std::string(std::size_t{2} * 1024 * 1024, ' ');
  return {
    {"reset", resetting, errc::answer_lost},
    {"reset in the body", resetting_in_the_body, errc::answer_lost},
    {"answer lost", losing_the_answer, errc::answer_lost},
    {"garbage", saying({"200 OK", "\x01\xff}{", {}}), unusable},
    {"no body", saying(200, ""), unusable},
    {"half a body", saying(200, R"({"access_token":"abc")"), unusable},
    {"login page",
     saying({"200 OK", "<html>Log in!</html>", "Content-Type: text/html\r\n"}),
     unusable},
    {"huge body", saying(200, huge), unusable},
    {"huge token",
     granting(R"("access_token":")" + std::string(99'999, 'x') + '"'),
     errc::malformed_token},
    {"number for a token", granting(R"("access_token":1)"), unusable},
    {"list for a token", saying(200, "[1]"), unusable},
    {"no token", granting(R"("expires_in":1)"), unusable},
    {"empty token", granting(R"("access_token":"")"), errc::empty_token},
    {"line in a token", granting(R"("access_token":"a\r\nX: b")"),
     errc::malformed_token},
    {"other type of token",
     saying(200, R"({"access_token":"abc","token_type":"mac"})"), unusable},
    {"strange lifetime",
     granting(R"("access_token":"abc","expires_in":"soon")"), unusable},
    {"no lifetime left", granting(R"("access_token":"abc","expires_in":0)"),
     errc::expired_token},
    {"no HTTP", [](auto& to, auto&) { to.write("hello?\r\n\r\n"), to.close(); },
     unusable},
    {"redirect elsewhere", redirecting(other_server), unusable},
    {"redirect to plain HTTP", redirecting("http://192.0.2.1/"), unusable},
    {"overload", saying(503, ""), errc::server_refused},
    {"overload in words", saying(400, R"({"error":"temporarily_unavailable"})"),
     errc::server_refused},
    {"refusal without a word", saying(403, ""), errc::server_refused, true},
    {"wrong client", saying(401, R"({"error":"invalid_client"})"),
     errc::server_refused, true},
    {"refusal with success", saying(200, R"({"error":"invalid_scope"})"),
     errc::server_refused, true},
  };
}

/// What is inside of the wrappers that say whether to retry.
bool has_code(const caf::error& err, errc code) {
  return err == code
         || (code == errc::server_refused && refusal_of(err).has_value());
}

} // namespace

TEST_CASE("a fault is one failed attempt, says what it was, and passes",
          "[oauth2][end_to_end]") {
  const auto over = GENERATE(wire::plain, wire::tls);
  CAPTURE(over);
  auto elsewhere = tcp_server{tcp_server::always("{}")};
  for (const auto& x : faults(elsewhere.url())) {
    CAPTURE(x.name);
    wired_world it{over};
    it.server.tokens.next({x.how});
    const auto api = it.spawn(quick_unless_permanent());
    const auto err = error_of(api.fetch(once()));
    CAPTURE(err);
    CHECK(has_code(err, x.code));
    CHECK(is_permanent(err) == x.permanent);
    // That time has passed is the bearer's own judgement.
    CHECK(is_presentable(err, x.code == errc::expired_token
                                ? "expired"
                                : it.server.token_endpoint()));
    // Transient faults pass by themselves.
    const auto token = must(x.permanent ? api.fetch(once()) : api.fetch());
    CHECK(it.present(token) == 200);
    CHECK(it.token_requests() == 2);
    CHECK(api.status().attempts == 2);
  }
  CHECK(elsewhere.connections() == 0);
}

TEST_CASE("those who wait get their token however many attempts it takes",
          "[oauth2][end_to_end]") {
  const auto over = GENERATE(wire::plain, wire::tls);
  CAPTURE(over);
  wired_world it{over};
  auto all = std::vector<manner>{};
  for (const auto& x : faults("http://192.0.2.1/"))
    all.push_back(x.how);
  it.server.tokens.next(all);
  const auto api = it.spawn();
  // Permanent failures are told at once, so ask again.
  auto token = api.fetch();
  while (!token && is_permanent(token.error()))
    token = api.fetch();
  CHECK(it.present(must(token)) == 200);
  CHECK(it.token_requests() == all.size() + 1);
  CHECK(api.status().failed_attempts == all.size());
}

TEST_CASE("every status is permanent, transient or no answer at all",
          "[oauth2][end_to_end]") {
  const auto over = GENERATE(wire::plain, wire::tls);
  CAPTURE(over);
  wired_world it{over};
  auto source = it.source(it.client());
  auto asked = std::size_t{0};
  for (auto status = 200; status <= 599; ++status) {
    CAPTURE(status);
    it.server.tokens.next({manners::saying(status, "")});
    const auto err = error_of(ask(it.real.sys, source));
    CAPTURE(err);
    CHECK(it.token_requests() == ++asked);
    CHECK(is_presentable(err, it.server.token_endpoint()));
    const auto is_refusal = status >= 400;
    CHECK(refusal_of(err).has_value() == is_refusal);
    if (is_refusal)
      CHECK(refusal_of(err)->status == status);
    else
      CHECK(err == errc::unusable_response);
    CHECK(is_permanent(err)
          == (is_refusal && status < 500 && status != 408 && status != 425
              && status != 429));
  }
}

TEST_CASE("a server that echoes secrets finds no ear", "[oauth2][end_to_end]") {
  oauth_world it;
  const auto echo = "no client with " + std::string{canary};
  it.server.tokens.next(
    {manners::saying(400, json_object{}
                            .add("error", "invalid_client")
                            .add("error_description", echo)
                            .text()),
     manners::saying(400, json_object{}.add("error", canary).text()),
     manners::saying({"200 OK", echo, "Content-Type: " + echo + "\r\n"})});
  const auto source = it.source(it.client());
  for (auto i = 0; i < 3; ++i) {
    const auto err = error_of(ask(it.real.sys, source));
    CAPTURE(err);
    CHECK(is_presentable(err, it.server.token_endpoint()));
  }
}

// -- connections --------------------------------------------------------------

TEST_CASE("a refused connection asks nobody and names the server",
          "[oauth2][end_to_end]") {
  const auto over = GENERATE(wire::plain, wire::tls);
  CAPTURE(over);
  wired_world it{over};
  it.server.refuse_connections();
  const auto api = it.spawn(quick_unless_permanent());
  const auto err = error_of(api.fetch(once()));
  CHECK(err == errc::connection_failed);
  CHECK(is_presentable(err, it.server.token_endpoint()));
  it.server.accept_connections();
  CHECK(it.present(must(api.fetch())) == 200);
  CHECK(it.token_requests() == 1);
}

TEST_CASE("a connection that broke meanwhile is replaced",
          "[oauth2][end_to_end]") {
  const auto over = GENERATE(wire::plain, wire::tls);
  CAPTURE(over);
  wired_world it{over};
  const auto source = it.source(it.client());
  CHECK(ask(it.real.sys, source));
  it.server.refuse_connections();
  it.server.accept_connections();
  CHECK(ask(it.real.sys, source));
  CHECK(it.token_requests() == 2);
}

TEST_CASE("a request that may have been heard is not sent again in silence",
          "[oauth2][end_to_end]") {
  const auto over = GENERATE(wire::plain, wire::tls);
  CAPTURE(over);
  wired_world it{over};
  const auto source = it.source(it.client());
  CHECK(ask(it.real.sys, source));
  // On the same connection, which libcurl trusts less than a new one.
  it.server.tokens.next({manners::resetting});
  CHECK(error_of(ask(it.real.sys, source)) == errc::answer_lost);
  CHECK(it.token_requests() == 2);
}
