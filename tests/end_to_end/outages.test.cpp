#include <bearer/reader.hpp>

#include "end_to_end/over_wire.hpp"
#include <catch2/generators/catch_generators.hpp>

#include <string>

using namespace bearer;
using namespace bearer::test;
using namespace std::chrono_literals;

// -- time ---------------------------------------------------------------------

TEST_CASE("a server that hangs costs one attempt, whose request is aborted",
          "[oauth2][end_to_end]") {
  const auto over = GENERATE(wire::plain, wire::tls);
  CAPTURE(over);
  wired_world it{over};
  signal aborted;
  it.server.tokens.next({[aborted](auto& to, auto&) mutable {
    if (to.wait_for_close())
      aborted.set();
  }});
  auto settings = quick();
  settings.refresh_request_timeout = short_limit;
  const auto api = it.spawn(settings);
  CHECK(it.present(must(api.fetch())) == 200);
  CHECK(aborted.wait());
  CHECK(it.token_requests() == 2);
}

TEST_CASE("a slow drip does not extend an attempt", "[oauth2][end_to_end]") {
  const auto over = GENERATE(wire::plain, wire::tls);
  CAPTURE(over);
  wired_world it{over};
  it.server.tokens.next({manners::dripping});
  auto settings = quick();
  settings.refresh_request_timeout = short_limit;
  const auto api = it.spawn(settings);
  CHECK(it.present(must(api.fetch())) == 200);
  CHECK(it.token_requests() == 2);
  CHECK(api.status().failed_attempts == 1);
}

TEST_CASE("a server that is busy is left alone for as long as it asks",
          "[oauth2][end_to_end]") {
  const auto over = GENERATE(wire::plain, wire::tls);
  CAPTURE(over);
  struct row {
    int status;
    std::string when;
  };
  constexpr auto now = caf::timestamp{1'700'000'000s};
  for (const auto& x : {row{503, "1800"}, row{429, "1800"},
                        // Half an hour after the time above.
                        row{503, "Tue, 14 Nov 2023 22:43:20 GMT"}}) {
    CAPTURE(x.when);
    wired_world it{over};
    it.server.tokens.next(
      {manners::saying(x.status, "", "Retry-After: " + x.when + "\r\n")});
    auto settings = quick();
    settings.max_retry_timeout = 1h;
    settings.retry_jitter = 0;
    auto options = it.client();
    options.clock = [] { return now; };
    auto more = spawn_options{};
    more.clock = options.clock;
    const auto api = it.spawn(options, settings, more);
    const auto err = error_of(api.fetch(once()));
    CHECK(retry_after_of(err) == 30min);
    CHECK(api.status().next_attempt_in > 29min);
    CHECK(it.token_requests() == 1);
    // Somebody who insists.
    CHECK(api.fetch(once()));
    CHECK(it.token_requests() == 2);
  }
}

// -- outages ------------------------------------------------------------------

TEST_CASE("an outage longer than a token's life shows nobody an old token",
          "[oauth2][end_to_end]") {
  const auto over = GENERATE(wire::plain, wire::tls);
  CAPTURE(over);
  wired_world it{over};
  it.server.authority().set_token_lifetime(300ms);
  const auto api = it.spawn();
  const auto first = must(api.fetch());
  it.server.tokens.from_now_on(manners::resetting);
  // Until the first token is gone.
  while (api.reader().read() != nullptr)
    REQUIRE(it.server.wait_for_token_requests(it.token_requests() + 1));
  REQUIRE(it.server.wait_for_token_requests(it.token_requests() + 2));
  it.server.authority().set_token_lifetime(1h);
  it.server.tokens.from_now_on(manners::properly);
  const auto second = must(api.fetch());
  CHECK(second.generation.count > first.generation.count);
  CHECK(it.present(second) == 200);
  CHECK(it.server.counts().expired_presented == 0);
  CHECK(api.status().attempts == it.token_requests());
}

TEST_CASE("an outage leaves a good token alone", "[oauth2][end_to_end]") {
  const auto over = GENERATE(wire::plain, wire::tls);
  CAPTURE(over);
  wired_world it{over};
  const auto api = it.spawn();
  const auto first = must(api.fetch());
  it.server.refuse_connections();
  api.request_renewal();
  // The failure lets those go on who waited for the renewal.
  CHECK(must(api.fetch()).generation == first.generation);
  CHECK(api.status().failed_attempts >= 1);
  it.server.accept_connections();
  CHECK(it.present(must(api.fetch())) == 200);
}

TEST_CASE("permanent refusals are not repeated for those who ask on",
          "[oauth2][end_to_end]") {
  oauth_world it;
  auto options = it.client();
  options.authentication
    = oauth2::client_secret_basic{secret{"not" + std::string{canary}}};
  const auto api = it.spawn(options, quick_unless_permanent());
  for (auto i = 0; i < 100; ++i) {
    const auto err = error_of(api.fetch());
    CHECK(refusal_of(err)->error == "invalid_client");
    CHECK(is_presentable(err, it.server.token_endpoint()));
  }
  CHECK(it.token_requests() == 1);
}
