#include <bearer/error.hpp>
#include <bearer/source/metadata_source.hpp>

#include "support/heard_request.hpp"
#include "support/http_client.hpp"
#include "support/real_time.hpp"

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <future>
#include <string>

using namespace bearer;
using namespace bearer::test;
using namespace std::chrono_literals;

namespace {

tcp_server::script answering(std::string body) {
  return each_request(
    [body = std::move(body)](auto& to, const auto&) { to.answer(body); });
}

any_source source_of(caf::actor_system& sys, const tcp_server& server) {
  auto options = metadata_source_options{};
  options.url = server.url("/token?audience=api");
  options.fields = {{"Metadata-Flavor", secret{"Test"}}};
  return metadata_source(sys, options).value();
}

} // namespace

TEST_CASE("a metadata server is asked as it wants to be", "[oauth2]") {
  auto heard = std::promise<heard_request>{};
  tcp_server server{each_request([&](auto& to, const auto& what) {
    heard.set_value(what);
    to.answer(R"({"access_token":"token-1","expires_in":60,"scope":""})");
  })};
  real_system real;
  auto token = ask(real.sys, source_of(real.sys, server));
  CHECK(secret_of(token) == "token-1");
  CHECK(token->expires_at > caf::make_timestamp() + 50s);
  auto what = heard.get_future().get();
  CHECK(what.line == "GET /token?audience=api HTTP/1.1");
  CHECK(contains(what.header, "\r\nMetadata-Flavor: Test\r\n"));
}

TEST_CASE("a metadata source goes on when its client was killed", "[oauth2]") {
  tcp_server server{answering(R"({"access_token":"token-1","expires_in":60})")};
  real_system real;
  auto source = source_of(real.sys, server);
  CHECK(secret_of(ask(real.sys, source)) == "token-1");
  kill(real.sys, http::shared_client(real.sys));
  CHECK(secret_of(ask(real.sys, source)) == "token-1");
}

TEST_CASE("a metadata server may say when the token expires", "[oauth2]") {
  tcp_server server{
    answering(R"({"access_token":"token-1","expires_at":4102444800})")};
  real_system real;
  auto token = ask(real.sys, source_of(real.sys, server));
  REQUIRE(token);
  CHECK(token->expires_at == caf::timestamp{4102444800s});
}

TEST_CASE("a metadata server that answers with a page is named", "[oauth2]") {
  tcp_server server{answering("<html>log in first</html>")};
  real_system real;
  auto failed = ask(real.sys, source_of(real.sys, server));
  CHECK(contains(error_text(failed), server.url("/token")));
  CHECK(!contains(error_text(failed), "audience"));
}

TEST_CASE("a metadata server that repeats a header field is not quoted",
          "[oauth2][I19]") {
  tcp_server server{each_request([](connection& to, const heard_request&) {
    to.answer(R"({"error":"invalid_request","error_description":"no hunter2"})",
              "400 Bad Request");
  })};
  real_system real;
  auto options = metadata_source_options{};
  options.url = server.url("/token");
  options.fields = {{"X-Secret", secret{"hunter2"}}};
  auto failed = ask(real.sys, metadata_source(real.sys, options).value());
  CHECK(contains(error_text(failed), "invalid_request"));
  CHECK(!contains(error_text(failed), "hunter2"));
}

TEST_CASE("a metadata server is asked through no proxy of the environment",
          "[oauth2]") {
  tcp_server server{answering(R"({"access_token":"mine","expires_in":60})")};
  tcp_server proxy{answering(R"({"access_token":"another","expires_in":60})")};
  const auto address = "http://127.0.0.1:" + std::to_string(proxy.port());
  no_http_environment environment;
  environment.http_proxy.set(address.c_str());
  environment.all_proxy.set(address.c_str());
  real_system real;
  auto options = metadata_source_options{};
  options.url = server.url();
  options.connection.allow_plain_http = true;
  CHECK(secret_of(ask(real.sys, metadata_source(real.sys, options).value()))
        == "mine");
  CHECK(proxy.connections() == 0);
  // That is for the application to say.
  options.connection.proxy = address;
  CHECK(secret_of(ask(real.sys, metadata_source(real.sys, options).value()))
        == "another");
}

TEST_CASE("a metadata source checks its options", "[oauth2]") {
  real_system real;
  const auto refuses = [&](const metadata_source_options& x,
                           const std::string& culprit) {
    const auto made = metadata_source(real.sys, x);
    CHECK(error_of(made) == errc::invalid_setting);
    CHECK(contains(error_text(made), "metadata source: " + culprit));
    CHECK(!contains(error_text(made), "canary"));
  };
  auto options = metadata_source_options{};
  refuses(options, "url:");
  options.url = "http://169.254.169.254/token?key=canary";
  refuses(options, "url:");
  options.connection.allow_plain_http = true;
  CHECK(metadata_source(real.sys, options));
  options.max_response = 0;
  refuses(options, "max_response:");
  options.max_response = 1;
  options.connection.proxy = "http://user:canary@[";
  refuses(options, "connection.proxy:");
  options.connection.proxy.clear();
  for (const auto& bad :
       {http::field{"canary: ", secret{"x"}}, http::field{"", secret{"x"}},
        http::field{"X-Key", secret{"canary\r\n"}}}) {
    options.fields = {bad};
    refuses(options, "fields:");
  }
  options.fields.clear();
  options.clock = nullptr;
  refuses(options, "clock:");
}
