#include <bearer/error.hpp>

#include "support/heard_request.hpp"
#include "support/real_time.hpp"
#include "support/tcp_server.hpp"

#include "django_server.hpp"
#include "glewlwyd.hpp"
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <chrono>
#include <set>
#include <string>

using namespace bearer;
using namespace bearer::test;
using namespace std::chrono_literals;

namespace {

std::string refresh_token_of(const oauth2::options& what) {
  return std::string{std::get<oauth2::refresh_token>(what.grant).token.view()};
}

/// Asks the server itself what it makes of a refresh token.
std::uint16_t status_for(real_server& server, oauth2::options what,
                         const std::string& refresh_token) {
  std::get<oauth2::refresh_token>(what.grant).token = secret{refresh_token};
  return server.ask_for_token(what).status;
}

/// Uses the token again and again until the bearer has renewed it so often.
/// @returns how often it was refused.
int use_until(real_server& server, const handle& api, std::uint64_t renewals) {
  auto refused = 0;
  for (auto last = token{}; last.generation.count < renewals;) {
    auto got = api.fetch();
    REQUIRE(secret_of(got) != "");
    last = *got;
    refused += server.use(last).status == 200 ? 0 : 1;
  }
  return refused;
}

/// Passes requests on to the server, but loses the first answer.
class lossy_line {
public:
  explicit lossy_line(real_server& server) : server_(server) {
    // nop
  }

  std::string url() const {
    return between_.url("/token");
  }

private:
  void pass_on(connection& client) {
    for (auto text = client.read_request(); !text.empty();
         text = client.read_request()) {
      const auto answer = server_.post(server_.token_endpoint(),
                                       heard_request{text}.body);
      if (is_first_.exchange(false))
        return;
      client.answer(answer.body.view(),
                    std::to_string(answer.status) + " Status");
    }
  }

  real_server& server_;
  std::atomic<bool> is_first_ = true;
  tcp_server between_{[this](connection& client) { pass_on(client); },
                      server_.ca().issue()};
};

} // namespace

TEST_CASE("a login is kept up by renewals before the tokens expire, each with "
          "the refresh token of the one before",
          "[oauth2]") {
  // The server counts in whole seconds, hence a token is good for 19 or more.
  glewlwyd server{20s};
  token_store kept;
  const auto options = server.log_in(server.app_of_user(), std::ref(kept));
  auto settings = renewal_settings{};
  settings.lifetime_safe_fraction = 0.01;
  {
    auto api = server.bearer(options, settings);
    CHECK(use_until(server, api, 5) == 0);
    api.close(patience);
  }
  auto all = kept.all();
  REQUIRE(all.size() >= 5);
  all.insert(all.begin(), refresh_token_of(options));
  CHECK(std::set(all.begin(), all.end()).size() == all.size());
  // The one that was stored last is good, and with it the login.
  CHECK(status_for(server, options, all.back()) == 200);
  for (const auto& used : all)
    CHECK(status_for(server, options, used) == 400);
}

TEMPLATE_TEST_CASE("a refresh token that somebody else has used is refused for "
                   "good, while the access token lives on",
                   "[oauth2]", glewlwyd, django_server) {
  TestType server;
  token_store kept;
  const auto options = server.log_in(server.app_of_user(), std::ref(kept));
  auto api = server.bearer(options);
  const auto first = api.fetch();
  REQUIRE(secret_of(first) != "");
  REQUIRE(kept.all().size() == 1);
  CHECK(status_for(server, options, kept.all().back()) == 200);
  const auto err = error_of(api.fetch(one_attempt()));
  CHECK(is_permanent(err));
  REQUIRE(refusal_of(err));
  CHECK(refusal_of(err)->status == 400);
  CHECK(secret_of(api.fetch()) == secret_of(first));
}

TEMPLATE_TEST_CASE("an answer with the next refresh token that is lost on its "
                   "way is reported as what it is",
                   "[oauth2]", glewlwyd, django_server) {
  TestType server;
  auto line = lossy_line{server};
  auto options = server.log_in(server.app_of_user());
  options.token_endpoint = line.url();
  auto source = server.source(options);
  CHECK(error_of(ask(server.sys(), source)) == errc::answer_lost);
  CHECK(error_of(ask(server.sys(), source)) == errc::rotation_lost);
}

TEST_CASE("whoever holds the token that a renewal has ended gets the new one, "
          "which takes no other attempt",
          "[oauth2]") {
  django_server server;
  token_store kept;
  auto api = server.bearer(server.log_in(server.app_of_user(), std::ref(kept)));
  const auto first = api.fetch();
  REQUIRE(secret_of(first) != "");
  auto newer = fetch_options{};
  newer.newer_than = first->generation;
  const auto second = api.fetch(newer);
  REQUIRE(secret_of(second) != secret_of(first));
  CHECK(server.use(*second).status == 200);
  CHECK(server.use(*first).status == 401);
  api.reject(first->generation);
  const auto third = api.fetch();
  CHECK(secret_of(third) == secret_of(second));
  CHECK(kept.all().size() == 2);
}
