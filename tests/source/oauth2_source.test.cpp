#include <bearer/bearer.hpp>
#include <bearer/error.hpp>
#include <bearer/source/oauth2_source.hpp>

#include "support/heard_request.hpp"
#include "support/http_client.hpp"
#include "support/real_time.hpp"
#include "support/temp_folder.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <chrono>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

using namespace bearer;
using namespace bearer::test;
using namespace std::chrono_literals;

namespace {

/// A token endpoint that notes what it heard and answers what comes next in its
/// script; the last line of the script for ever.
class endpoint {
public:
  using reply = std::function<void(connection&)>;

  explicit endpoint(std::vector<reply> script) : script_(std::move(script)) {
    // nop
  }

  std::string url(std::string_view path = "/token") const {
    return server_.url(path);
  }

  std::vector<heard_request> heard() const {
    std::lock_guard guard{mutex_};
    return heard_;
  }

  std::size_t connections() const {
    return server_.connections();
  }

  std::string last_body() const {
    return heard().back().body;
  }

private:
  void serve(connection& to, const heard_request& what) {
    auto next = reply{};
    {
      std::lock_guard guard{mutex_};
      next = script_[std::min(heard_.size(), script_.size() - 1)];
      heard_.push_back(what);
    }
    next(to);
  }

  mutable std::mutex mutex_;
  std::vector<reply> script_;
  std::vector<heard_request> heard_;
  // Last: its threads use the rest.
  tcp_server server_{each_request(
    [this](connection& to, const heard_request& what) { serve(to, what); })};
};

endpoint::reply says(int status, std::string body, std::string fields = "") {
  return [=](connection& to) {
    to.answer(body, std::to_string(status) + " Status",
              "Content-Type: application/json\r\n" + fields);
  };
}

/// A token, and a refresh token if given.
endpoint::reply grants(const std::string& token, const std::string& next = "") {
  auto body = R"({"access_token":")" + token
              + R"(","token_type":"bearer","expires_in":3600)";
  if (!next.empty())
    body.append(R"(,"refresh_token":")").append(next).append("\"");
  return says(200, body + "}");
}

endpoint::reply refuses(int status, const std::string& code) {
  return says(status,
              R"({"error":")" + code + R"(","error_description":"because"})");
}

endpoint::reply loses_the_answer() {
  return [](connection& to) {
    to.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{");
    to.reset();
  };
}

oauth2::options client_of(const endpoint& server) {
  auto result = oauth2::options{};
  result.token_endpoint = server.url();
  result.client_id = "me";
  result.authentication = oauth2::client_secret_post{secret{"client-canary"}};
  return result;
}

/// What an application's hook stored, and how it fared.
struct store {
  std::vector<std::string> stored;
  caf::error outcome;
};

oauth2::options refreshing(const endpoint& server, store& to) {
  auto result = client_of(server);
  result.grant = oauth2::refresh_token{secret{"refresh-1"},
                                       [&to](const secret& what) {
                                         to.stored.emplace_back(what.view());
                                         return to.outcome;
                                       }};
  return result;
}

any_source must(caf::expected<any_source> made) {
  if (!made)
    throw std::runtime_error(to_string(made.error()));
  return *made;
}

} // namespace

// -- client credentials -------------------------------------------------------

TEST_CASE("a bearer obtains its token from a token endpoint", "[oauth2]") {
  endpoint server{{grants("token-1")}};
  real_system real;
  auto options = client_of(server);
  options.scopes = {"read", "write"};
  auto api = bearer::spawn(real.sys, must(oauth2_source(real.sys, options)));
  REQUIRE(api);
  auto token = api->fetch();
  CHECK(secret_of(token) == "token-1");
  CHECK(token->expires_at > caf::make_timestamp() + 50min);
  REQUIRE(server.heard().size() == 1);
  CHECK(server.heard()[0].line == "POST /token HTTP/1.1");
  CHECK(contains(server.last_body(), "grant_type=client_credentials"));
  CHECK(contains(server.last_body(), "scope=read+write"));
  CHECK(contains(server.last_body(), "client_secret=client-canary"));
}

TEST_CASE("options that cannot work make no source", "[oauth2]") {
  real_system real;
  auto options = oauth2::options{};
  auto made = oauth2_source(real.sys, options);
  REQUIRE(!made);
  CHECK(made.error() == errc::invalid_setting);
}

TEST_CASE("a server that refuses for good is a permanent failure", "[oauth2]") {
  endpoint server{{refuses(401, "invalid_client")}};
  real_system real;
  const auto err
    = error_of(ask(real.sys, must(oauth2_source(real.sys, client_of(server)))));
  CHECK(is_permanent(err));
  auto said = refusal_of(err);
  REQUIRE(said);
  CHECK(said->status == 401);
  CHECK(said->error == "invalid_client");
  CHECK(said->description == "because");
  CHECK(!contains(to_string(err), "client-canary"));
}

TEST_CASE("a server that is overloaded says when to come back", "[oauth2]") {
  endpoint server{{says(503, "", "Retry-After: 7\r\n")}};
  real_system real;
  const auto err
    = error_of(ask(real.sys, must(oauth2_source(real.sys, client_of(server)))));
  CHECK(!is_permanent(err));
  CHECK(retry_after_of(err) == 7s);
}

TEST_CASE("a source obeys the attempt's budget", "[oauth2]") {
  endpoint server{{[](auto& to) { to.wait_for_close(); }}};
  real_system real;
  const auto err
    = error_of(ask(real.sys, must(oauth2_source(real.sys, client_of(server))),
                   make_attempt(1s)));
  CHECK(err == errc::answer_lost);
}

TEST_CASE("an attempt that is given up aborts its request", "[oauth2]") {
  signal asked;
  signal closed;
  endpoint server{{[&](auto& to) {
    asked.set();
    to.wait_for_close();
    closed.set();
  }}};
  real_system real;
  auto settings = renewal_settings{};
  settings.refresh_request_timeout = 1h;
  {
    auto api = bearer::spawn(real.sys,
                             must(oauth2_source(real.sys, client_of(server))),
                             settings);
    REQUIRE(api);
    api->prefetch();
    REQUIRE(asked.wait());
  }
  CHECK(closed.wait());
}

TEST_CASE("a source goes on with another client when its own was killed",
          "[oauth2]") {
  endpoint server{{grants("token-1")}};
  real_system real;
  auto source = must(oauth2_source(real.sys, client_of(server)));
  CHECK(secret_of(ask(real.sys, source)) == "token-1");
  kill(real.sys, http::shared_client(real.sys));
  CHECK(secret_of(ask(real.sys, source)) == "token-1");
  // It stays as long as the source, with its connections.
  CHECK(secret_of(ask(real.sys, source)) == "token-1");
  CHECK(server.connections() == 2);
}

// -- metadata -----------------------------------------------------------------

namespace {

endpoint::reply metadata_of(const std::string& issuer,
                            const std::string& token_endpoint) {
  return says(200, R"({"issuer":")" + issuer + R"(","token_endpoint":")"
                     + token_endpoint + R"("})");
}

/// An endpoint whose script has to know its address.
struct discovered {
  discovered() {
    options.issuer = server.url("");
    options.client_id = "me";
    script.push_back(metadata_of(server.url(""), server.url("/token")));
  }

  std::vector<endpoint::reply> script;
  std::atomic<std::size_t> next = 0;
  std::mutex mutex;
  std::vector<std::string> lines;
  oauth2::options options;
  tcp_server server{
    each_request([this](connection& to, const heard_request& what) {
      {
        std::lock_guard guard{mutex};
        lines.push_back(what.line);
      }
      script[std::min(next++, script.size() - 1)](to);
    })};
};

} // namespace

TEST_CASE("an issuer's metadata are asked for once", "[oauth2]") {
  discovered it;
  it.script.push_back(grants("token-1"));
  real_system real;
  auto source = must(oauth2_source(real.sys, it.options));
  CHECK(secret_of(ask(real.sys, source)) == "token-1");
  CHECK(secret_of(ask(real.sys, source)) == "token-1");
  CHECK(it.lines
        == std::vector<std::string>{
          "GET /.well-known/oauth-authorization-server HTTP/1.1",
          "POST /token HTTP/1.1", "POST /token HTTP/1.1"});
}

TEST_CASE("OpenID's metadata do as well", "[oauth2]") {
  discovered it;
  it.script.insert(it.script.begin(), says(404, ""));
  it.script.push_back(grants("token-1"));
  real_system real;
  auto source = must(oauth2_source(real.sys, it.options));
  CHECK(secret_of(ask(real.sys, source)) == "token-1");
  REQUIRE(it.lines.size() == 3);
  CHECK(it.lines[1] == "GET /.well-known/openid-configuration HTTP/1.1");
}

TEST_CASE("metadata are asked for anew after an endpoint made no sense",
          "[oauth2]") {
  discovered it;
  it.script.push_back(says(404, "gone"));
  it.script.push_back(it.script[0]);
  it.script.push_back(grants("token-1"));
  real_system real;
  auto source = must(oauth2_source(real.sys, it.options));
  CHECK(error_of(ask(real.sys, source)));
  CHECK(secret_of(ask(real.sys, source)) == "token-1");
}

TEST_CASE("a slow or busy token endpoint has not moved", "[oauth2]") {
  const auto trouble = GENERATE(loses_the_answer(), says(503, ""),
                                says(429, "", "Retry-After: 1\r\n"));
  discovered it;
  it.script.push_back(trouble);
  it.script.push_back(grants("token-1"));
  real_system real;
  auto source = must(oauth2_source(real.sys, it.options));
  CHECK(error_of(ask(real.sys, source)));
  CHECK(secret_of(ask(real.sys, source)) == "token-1");
  CHECK(it.lines.size() == 3);
}

TEST_CASE("metadata that cannot be had now are not looked for elsewhere",
          "[oauth2]") {
  discovered it;
  it.script = {says(503, "", "Retry-After: 7\r\n"), says(404, "")};
  real_system real;
  const auto err
    = error_of(ask(real.sys, must(oauth2_source(real.sys, it.options))));
  CHECK(!is_permanent(err));
  CHECK(retry_after_of(err) == 7s);
  CHECK(it.lines.size() == 1);
}

TEST_CASE("of two kinds of metadata the error is told that explains more",
          "[oauth2]") {
  const auto elsewhere = metadata_of("https://other.example",
                                     "https://other.example/token");
  for (auto first : {true, false}) {
    discovered it;
    it.script = first ? std::vector{elsewhere, says(404, "")}
                      : std::vector{says(404, ""), elsewhere};
    real_system real;
    const auto result = ask(real.sys,
                            must(oauth2_source(real.sys, it.options)));
    CHECK(error_of(result) == errc::unusable_response);
    CHECK(contains(error_text(result), "other.example"));
    CHECK(it.lines.size() == 2);
  }
}

TEST_CASE("metadata that lead to plain HTTP elsewhere are refused",
          "[oauth2]") {
  discovered it;
  it.script[0] = metadata_of(it.server.url(""), "http://192.0.2.1/token");
  real_system real;
  auto result = ask(real.sys, must(oauth2_source(real.sys, it.options)));
  CHECK(error_of(result) == errc::unusable_response);
  CHECK(contains(error_text(result), "metadata at " + it.server.url("")));
  CHECK(contains(error_text(result), "http://192.0.2.1/token"));
  CHECK(it.lines.size() == 1);
}

// -- refresh tokens -----------------------------------------------------------

TEST_CASE("a new refresh token is stored, then replaces the old one",
          "[oauth2]") {
  endpoint server{{grants("token-1", "refresh-2"), grants("token-2")}};
  real_system real;
  store to;
  auto source = must(oauth2_source(real.sys, refreshing(server, to)));
  CHECK(secret_of(ask(real.sys, source)) == "token-1");
  CHECK(contains(server.last_body(), "refresh_token=refresh-1"));
  CHECK(to.stored == std::vector<std::string>{"refresh-2"});
  CHECK(secret_of(ask(real.sys, source)) == "token-2");
  CHECK(contains(server.last_body(), "refresh_token=refresh-2"));
  CHECK(to.stored.size() == 1);
}

TEST_CASE("no failure discards the refresh token", "[oauth2]") {
  endpoint server{{refuses(400, "invalid_request"), says(500, ""),
                   says(200, "nonsense"), grants("token-1")}};
  real_system real;
  store to;
  auto source = must(oauth2_source(real.sys, refreshing(server, to)));
  for (auto i = 0; i < 3; ++i)
    CHECK(error_of(ask(real.sys, source)));
  CHECK(secret_of(ask(real.sys, source)) == "token-1");
  for (const auto& what : server.heard())
    CHECK(contains(what.body, "refresh_token=refresh-1"));
}

TEST_CASE("a new refresh token is kept though the rest of its answer is no use",
          "[oauth2]") {
  const auto useless
    = GENERATE(as<std::string>{},
               R"("access_token":"token-1","expires_in":"PT1H")",
               R"("access_token":"token-1","token_type":"N_A")",
               R"("access_token":"token 1")", R"("token_type":"Bearer")");
  const auto body = R"({"refresh_token":"refresh-2",)" + useless + '}';
  endpoint server{{says(200, body), grants("token-2")}};
  real_system real;
  store to;
  auto source = must(oauth2_source(real.sys, refreshing(server, to)));
  CHECK(error_of(ask(real.sys, source)));
  CHECK(to.stored == std::vector<std::string>{"refresh-2"});
  CHECK(secret_of(ask(real.sys, source)) == "token-2");
  CHECK(contains(server.last_body(), "refresh_token=refresh-2"));
}

TEST_CASE("no refresh token is used before it is stored", "[oauth2]") {
  endpoint server{{grants("token-1", "refresh-2"), grants("token-2")}};
  real_system real;
  store to;
  to.outcome = caf::make_error(caf::sec::runtime_error, "disk is full");
  auto source = must(oauth2_source(real.sys, refreshing(server, to)));
  for (auto i = 0; i < 3; ++i)
    CHECK(error_of(ask(real.sys, source)) == errc::not_stored);
  CHECK(server.heard().size() == 1);
  to.outcome = {};
  CHECK(secret_of(ask(real.sys, source)) == "token-2");
  CHECK(to.stored == std::vector<std::string>(4, "refresh-2"));
}

TEST_CASE("while a hook hangs, no refresh token is used up", "[oauth2]") {
  endpoint server{{grants("token-1", "refresh-2"), grants("token-2")}};
  signal called;
  signal release;
  real_system real;
  auto options = client_of(server);
  options.grant = oauth2::refresh_token{
    secret{"refresh-1"}, [called, release](const secret&) mutable {
      called.set();
      release.wait();
      return caf::error{};
    }};
  auto source = must(oauth2_source(real.sys, options));
  auto client = asker{real.sys};
  auto first = client.start(source, make_attempt());
  REQUIRE(called.wait());
  CHECK(error_of(ask(real.sys, source)) == errc::busy);
  CHECK(server.heard().size() == 1);
  release.set();
  CHECK(secret_of(client.answer(std::move(first))) == "token-1");
  CHECK(secret_of(ask(real.sys, source)) == "token-2");
}

TEST_CASE("a refresh token that was not stored is stored by the next attempt",
          "[oauth2]") {
  endpoint server{{grants("token-1", "refresh-2"), grants("token-2")}};
  real_system real;
  store to;
  to.outcome = caf::make_error(caf::sec::runtime_error, "disk is full");
  auto source = must(oauth2_source(real.sys, refreshing(server, to)));
  auto failed = ask(real.sys, source);
  CHECK(error_of(failed) == errc::not_stored);
  CHECK(contains(error_text(failed), "disk is full"));
  CHECK(!contains(error_text(failed), "refresh-2"));
  to.outcome = {};
  CHECK(secret_of(ask(real.sys, source)) == "token-2");
  CHECK(contains(server.last_body(), "refresh_token=refresh-2"));
  CHECK(to.stored == std::vector<std::string>{"refresh-2", "refresh-2"});
}

TEST_CASE("a hook that throws fails the attempt and shows no secret",
          "[oauth2]") {
  endpoint server{{grants("token-1", "refresh-canary")}};
  real_system real;
  auto options = client_of(server);
  options.grant = oauth2::refresh_token{
    secret{"refresh-1"}, [](const secret& what) {
      throw std::runtime_error("no room for " + std::string{what.view()});
      return caf::error{};
    }};
  auto failed = ask(real.sys, must(oauth2_source(real.sys, options)));
  CHECK(error_of(failed) == errc::not_stored);
  CHECK(contains(error_text(failed), "no room for"));
  CHECK(!contains(error_text(failed), "refresh-canary"));
}

TEST_CASE("a hook that hangs holds up nobody's end", "[oauth2]") {
  endpoint server{{grants("token-1", "refresh-2")}};
  signal called;
  signal release;
  signal returned;
  {
    real_system real;
    auto options = client_of(server);
    options.grant = oauth2::refresh_token{
      secret{"refresh-1"}, [called, release, returned](const secret&) mutable {
        called.set();
        release.wait();
        returned.set();
        return caf::error{};
      }};
    auto api = bearer::spawn(real.sys, must(oauth2_source(real.sys, options)));
    REQUIRE(api);
    api->prefetch();
    REQUIRE(called.wait());
  }
  CHECK(!returned.is_set());
  release.set();
  CHECK(returned.wait());
}

TEST_CASE("a lost rotation is reported as what it is", "[oauth2]") {
  // Not every server names its reason.
  const auto refusal = GENERATE(refuses(400, "invalid_grant"), says(400, ""));
  endpoint server{{loses_the_answer(), refusal}};
  real_system real;
  store to;
  auto source = must(oauth2_source(real.sys, refreshing(server, to)));
  CHECK(error_of(ask(real.sys, source)) == errc::answer_lost);
  for (auto i = 0; i < 2; ++i) {
    auto failed = ask(real.sys, source);
    CHECK(error_of(failed) == errc::rotation_lost);
    CHECK(is_permanent(error_of(failed)));
    CHECK(contains(error_text(failed), server.url()));
    CHECK(!contains(error_text(failed), "refresh-1"));
  }
}

TEST_CASE("a refresh token that is refused without such a loss is just that",
          "[oauth2]") {
  endpoint server{{refuses(429, "slow_down"), refuses(400, "invalid_grant")}};
  real_system real;
  store to;
  auto source = must(oauth2_source(real.sys, refreshing(server, to)));
  CHECK(error_of(ask(real.sys, source)));
  const auto err = error_of(ask(real.sys, source));
  CHECK(err != errc::rotation_lost);
  CHECK(refusal_of(err)->error == "invalid_grant");
}

TEST_CASE("a client that is refused after such a loss has lost no rotation",
          "[oauth2]") {
  const auto refusal = GENERATE(refuses(401, "invalid_client"), says(403, ""),
                                refuses(400, "invalid_request"),
                                // Says that it is ill, whatever else it says.
                                refuses(503, "invalid_grant"));
  endpoint server{{loses_the_answer(), refusal, grants("token-1")}};
  real_system real;
  store to;
  auto source = must(oauth2_source(real.sys, refreshing(server, to)));
  CHECK(error_of(ask(real.sys, source)) == errc::answer_lost);
  CHECK(refusal_of(error_of(ask(real.sys, source))));
  CHECK(secret_of(ask(real.sys, source)) == "token-1");
}

TEST_CASE("a server that takes the old refresh token again settles the doubt",
          "[oauth2]") {
  endpoint server{
    {loses_the_answer(), grants("token-1"), refuses(400, "invalid_grant")}};
  real_system real;
  store to;
  auto source = must(oauth2_source(real.sys, refreshing(server, to)));
  CHECK(error_of(ask(real.sys, source)) == errc::answer_lost);
  CHECK(secret_of(ask(real.sys, source)) == "token-1");
  CHECK(error_of(ask(real.sys, source)) != errc::rotation_lost);
}

// -- keys ---------------------------------------------------------------------

TEST_CASE("an attempt whose key cannot be read asks nobody", "[oauth2]") {
  endpoint server{{grants("token-1")}};
  real_system real;
  auto options = client_of(server);
  auto key = oauth2::private_key_jwt{};
  key.key.file = "/nonexistent/key.pem";
  options.authentication = key;
  auto failed = ask(real.sys, must(oauth2_source(real.sys, options)));
  CHECK(error_of(failed) == errc::signing_failed);
  CHECK(contains(error_text(failed), "/nonexistent/key.pem"));
  CHECK(server.heard().empty());
}
