#include "oauth2_client/world.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <vector>

using namespace bearer;
using namespace bearer::test;
using namespace std::chrono_literals;

// What becomes of requests, and what is said about it.

namespace {

/// Whether these stand in a text one after the other.
bool in_order(const std::string& text, const std::vector<std::string>& parts) {
  CAPTURE(text);
  auto at = std::size_t{0};
  for (const auto& part : parts) {
    CAPTURE(part);
    at = text.find(part, at);
    CHECK(at != std::string::npos);
    if (at == std::string::npos)
      return false;
    at += part.size();
  }
  return true;
}

const auto refusing = manners::saying(
  401, "", "WWW-Authenticate: Bearer error=\"invalid_token\"\r\n");

} // namespace

TEST_CASE("oauth2_client fails with the server's reason and without the secret",
          "[oauth2][oauth2_client]") {
  const auto it = client_world{};
  const auto wrong = std::string{"Xk4pQz8RvW2nTb6Y"};
  const auto got = it.run({"--client-secret", wrong});
  CHECK(got.exit_status == 1);
  CHECK(got["requests"] == 1);
  CHECK(got["failed"] == 1);
  CHECK(got["source_calls"] == 1);
  CHECK(got["failed_attempts"] == 1);
  CHECK(contains(got.err, "invalid_client"));
  CHECK(contains(got.err, it.server.token_endpoint()));
  CHECK(!shows(got.out, wrong));
  CHECK(!shows(got.err, wrong));
}

TEST_CASE("oauth2_client sends a request again whose token was refused",
          "[oauth2][oauth2_client]") {
  auto it = client_world{};
  it.server.resources.next({refusing});
  const auto got = it.run_with_secret({"--requests=3"});
  CHECK(went_well(got, 3));
  CHECK(got["retried"] == 1);
  CHECK(got["source_calls"] == 2);
  CHECK(it.server.counts().token_requests == 2);
  CHECK(it.server.counts().resource_requests == 4);
}

TEST_CASE("oauth2_client tells requests that were refused from others",
          "[oauth2][oauth2_client]") {
  auto it = client_world{};
  it.server.resources.next({refusing, refusing, manners::saying(503, "", ""),
                            manners::resetting_in_the_body});
  const auto got = it.run_with_secret({"--requests=4"});
  CAPTURE(got.out, got.err);
  CHECK(got.exit_status == 1);
  CHECK(got["requests"] == 4);
  CHECK(got["ok"] == 1);
  CHECK(got["unauthorised"] == 1);
  CHECK(got["failed"] == 2);
  CHECK(got["lost"] == 0);
  CHECK(got["retried"] == 1);
  CHECK(contains(got.err, "token_refused"));
}

TEST_CASE("oauth2_client fetches tokens alone without a URL",
          "[oauth2][oauth2_client]") {
  const auto it = client_world{};
  const auto got
    = run_program(it.arguments({"--client-secret", std::string{canary},
                                "--requests=1000", "--concurrency=3"}));
  CHECK(went_well(got, 1'000));
  CHECK(it.server.counts().token_requests == 1);
  CHECK(it.server.counts().resource_requests == 0);
}

TEST_CASE("oauth2_client goes on for its duration", "[oauth2][oauth2_client]") {
  const auto it = client_world{};
  const auto got
    = it.run_with_secret({"--duration=2s", "--pause=10ms", "--concurrency=2"});
  CHECK(went_well(got, it.server.counts().resource_ok));
  CHECK(got["requests"] > 2);
}

TEST_CASE("oauth2_client takes a time without a unit for one of seconds",
          "[oauth2][oauth2_client]") {
  const auto it = client_world{};
  const auto got = it.run_with_secret(
    {"--duration", "3600", "--requests=1", "--refresh-request-timeout=7"});
  CHECK(went_well(got, 1));
  CHECK(it.server.counts().resource_ok == 1);
}

TEST_CASE("oauth2_client shows what its bearer does while it does it",
          "[oauth2][oauth2_client]") {
  auto it = client_world{};
  const auto seen = std::make_shared<gate>();
  it.server.tokens.next({manners::saying(503, "", "")});
  it.server.resources.next({manners::held(seen), refusing});
  auto run = program{oauth2_client(
    it.arguments({"--client-secret", std::string{canary}, "--requests=2",
                  "--url", it.server.resource()}))};
  // Its first request is under way all the while.
  REQUIRE(run.says("published"));
  const auto story = run.output();
  CHECK(in_order(story,
                 {"attempt 1", "started, first", "attempt 1", "failed, next in",
                  "503", "attempt 2", "started", "attempt 2", "renewed",
                  "generation 1", "published, expires in"}));
  CHECK(!contains(story, "source_calls"));
  seen->open();
  const auto got = run.wait();
  CHECK(went_well(got, 2));
  CHECK(in_order(got.out, {"generation 1", "rejected", "attempt 1", "renewed",
                           "generation 2", "published", "bearer", "stopped",
                           "source_calls"}));
}

TEST_CASE("oauth2_client comes to its end when it is interrupted",
          "[oauth2][oauth2_client]") {
  const auto it = client_world{};
  auto run = program{oauth2_client(
    it.arguments({"--client-secret", std::string{canary}, "--duration=1h",
                  "--pause=1ms", "--url", it.server.resource()}))};
  REQUIRE(it.server.wait_until(
    [](const oauth_counts& x) { return x.resource_ok > 3; }));
  run.interrupt();
  const auto got = run.wait();
  CHECK(went_well(got, it.server.counts().resource_ok));
}

TEST_CASE("a second interrupt ends oauth2_client though no token ever comes",
          "[oauth2][oauth2_client]") {
  auto it = client_world{};
  it.server.tokens.from_now_on(manners::hanging);
  auto run = program{oauth2_client(
    it.arguments({"--client-secret", std::string{canary}, "--fetch-timeout=1h",
                  "--url", it.server.resource(), "--duration=1h"}))};
  REQUIRE(it.server.wait_for_token_requests(1));
  run.interrupt();
  REQUIRE(run.says("interrupted"));
  run.interrupt();
  const auto got = run.wait();
  CHECK(got.exit_status == 1);
  CHECK(got["requests"] == 1);
  CHECK(got["failed"] == 1);
  CHECK(contains(got.err, "stopped"));
}

TEST_CASE("oauth2_client loses no refresh token that comes at its end",
          "[oauth2][oauth2_client]") {
  auto setup = one_client();
  setup.token_lifetime = 10s;
  auto it = client_world{setup};
  const auto slow = std::make_shared<gate>();
  it.server.tokens.next({manners::properly, manners::delayed(slow, 3s)});
  // The only request ends while the token is being renewed.
  it.server.resources.next({[&it](connection& to, const deed& act) {
    it.server.wait_for_token_requests(2);
    manners::properly(to, act);
  }});
  const auto arguments = std::vector<std::string>{
    "--grant=refresh_token", "--refresh-token-file",
    it.folder.write("refresh", it.server.authority().log_in("client")),
    "--lifetime-safe-fraction=0.02"};
  CHECK(went_well(it.run_with_secret(arguments), 1));
  REQUIRE(it.server.wait_until(
    [](const oauth_counts& x) { return x.tokens_issued == 2; }));
  CHECK(went_well(it.run_with_secret(arguments), 1));
}
