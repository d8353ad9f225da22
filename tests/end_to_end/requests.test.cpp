#include <bearer/http/send.hpp>
#include <bearer/reader.hpp>

#include "support/time_of.hpp"

#include "end_to_end/sending.hpp"
#include "end_to_end/world.hpp"
#include <catch2/generators/catch_generators.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

using namespace bearer;
using namespace bearer::test;
using namespace std::chrono_literals;

// Requests with a bearer's tokens, as the server sees them.

namespace {

/// How a resource refuses something.
manner refusing(int status, const std::string& error) {
  return manners::saying(
    status, "", "WWW-Authenticate: Bearer error=\"" + error + "\"\r\n");
}

/// The only token of a bearer, revoked by the server.
struct revoked_world : oauth_world {
  handle api = spawn();

  revoked_world() {
    must(api.fetch());
    server.authority().book().revoke_all();
  }
};

} // namespace

// -- revocations --------------------------------------------------------------

TEST_CASE("a request whose token was revoked is made with the next one",
          "[oauth2][end_to_end][I4]") {
  const auto posts = GENERATE(false, true);
  const auto by_thread = GENERATE(false, true);
  CAPTURE(posts, by_thread);
  auto it = revoked_world{};
  const auto url = it.server.resource();
  const auto what = posts ? http::post(url, secret{"a=b"}) : http::get(url);
  const auto got = by_thread ? http::send(it.api, what)
                             : begin(it, it.api, what).get();
  CHECK(must(got).status == 200);
  const auto body = body_of(got);
  CHECK(contains(body, posts ? "POST /resource" : "GET /resource"));
  CHECK(contains(body, posts ? R"("body":"a=b")" : R"("body":"")"));
  const auto counts = it.server.counts();
  CHECK(counts.token_requests == 2);
  CHECK(counts.resource_requests == 2);
  CHECK(counts.revoked_presented == 1);
  CHECK(counts.resource_ok == 1);
}

TEST_CASE("a mass revocation that many requests meet costs one token request",
          "[oauth2][end_to_end][I4]") {
  constexpr auto count = std::size_t{200};
  constexpr auto late = std::size_t{48};
  auto it = revoked_world{};
  // Judged only when the others have been renewed and answered long since.
  const auto judgement = std::make_shared<gate>();
  it.server.resources.next(std::vector<manner>(late, manners::held(judgement)));
  auto all = std::vector<request_under_way>{};
  for (auto i = std::size_t{0}; i < count; ++i)
    all.push_back(begin(it, it.api, http::get(it.server.resource())));
  REQUIRE(it.server.wait_until(
    [](const oauth_counts& x) { return x.resource_ok == count - late; }));
  judgement->open();
  for (const auto& x : all)
    REQUIRE(must(x.get()).status == 200);
  const auto counts = it.server.counts();
  CHECK(counts.token_requests == 2);
  CHECK(counts.resource_ok == count);
  CHECK(counts.revoked_presented >= late);
  // Nobody has tried more often than he had to.
  CHECK(counts.resource_requests == count + counts.revoked_presented);
}

TEST_CASE("a server that refuses every token is asked as often as allowed",
          "[oauth2][end_to_end]") {
  oauth_world it;
  it.server.resources.from_now_on(refusing(401, "invalid_token"));
  auto settings = quick();
  settings.max_retries = 3;
  const auto api = it.spawn(settings);
  const auto got
    = begin(it, api, http::post(it.server.resource(), secret{"once"})).get();
  CHECK(error_of(got) == errc::token_refused);
  CHECK(is_presentable(error_of(got), it.server.resource()));
  CHECK(it.server.counts().resource_requests == 3);
  CHECK(it.token_requests() == 3);
}

// -- refusals that no token mends ---------------------------------------------

TEST_CASE("a refusal for want of rights costs no token",
          "[oauth2][end_to_end]") {
  oauth_world it;
  it.server.resources.next({refusing(403, "insufficient_scope")});
  const auto api = it.spawn();
  const auto what = http::get(it.server.resource());
  CHECK(must(begin(it, api, what).get()).status == 403);
  CHECK(it.server.counts().resource_requests == 1);
  CHECK(must(begin(it, api, what).get()).status == 200);
  CHECK(it.token_requests() == 1);
}

TEST_CASE("a refusal of the token is one with whatever status",
          "[oauth2][end_to_end][I4]") {
  oauth_world it;
  it.server.resources.next({refusing(403, "invalid_token")});
  const auto got = begin(it, it.spawn(), http::get(it.server.resource())).get();
  CHECK(must(got).status == 200);
  CHECK(it.server.counts().resource_requests == 2);
  CHECK(it.token_requests() == 2);
}

// -- what is sent how often ---------------------------------------------------

TEST_CASE("what is posted is sent once with each token",
          "[oauth2][end_to_end]") {
  struct row {
    std::string name;
    manner how;
    std::size_t done;
  };
  const auto x = GENERATE(
    row{"no answer", manners::resetting, 0},
    row{"half an answer", manners::resetting_in_the_body, 0},
    row{"half an answer to what was done", manners::losing_the_answer, 1});
  // On a connection that was used before, too.
  const auto earlier = GENERATE(std::size_t{0}, std::size_t{1});
  CAPTURE(x.name, earlier);
  oauth_world it;
  const auto api = it.spawn();
  for (auto i = std::size_t{0}; i < earlier; ++i)
    must(begin(it, api, http::get(it.server.resource())).get());
  it.server.resources.next({x.how});
  const auto got
    = begin(it, api, http::post(it.server.resource(), secret{"once"})).get();
  CHECK(error_of(got) == errc::answer_lost);
  CHECK(is_presentable(error_of(got), it.server.resource()));
  CHECK(it.server.counts().resource_requests == earlier + 1);
  CHECK(it.server.counts().resource_ok == earlier + x.done);
  CHECK(it.token_requests() == 1);
}

TEST_CASE("nothing is requested without a token", "[oauth2][end_to_end]") {
  oauth_world it;
  auto options = it.client();
  options.authentication
    = oauth2::client_secret_basic{secret{"not" + std::string{canary}}};
  const auto api = it.spawn(options, quick_unless_permanent());
  for (auto i = 0; i < 10; ++i) {
    const auto err
      = error_of(begin(it, api, http::get(it.server.resource())).get());
    CHECK(refusal_of(err).value().error == "invalid_client");
    CHECK(is_presentable(err, it.server.token_endpoint()));
  }
  CHECK(it.token_requests() == 1);
  CHECK(it.server.counts().resource_requests == 0);
}

// -- outages ------------------------------------------------------------------

TEST_CASE("requests in an outage longer than a token's life end in time, or"
          " after it",
          "[oauth2][end_to_end][I2][I5]") {
  oauth_world it;
  it.server.authority().set_token_lifetime(300ms);
  const auto api = it.spawn();
  must(api.fetch());
  it.server.tokens.from_now_on(manners::resetting);
  // Until the token is gone.
  while (api.reader().read() != nullptr)
    REQUIRE(it.server.wait_for_token_requests(it.token_requests() + 1));
  const auto what = http::get(it.server.resource());
  const auto patient = begin(it, api, what);
  auto opts = fetch_options{};
  opts.timeout = 300ms;
  auto hasty = http_result{caf::error{}};
  CHECK(time_of([&] { hasty = begin(it, api, what, opts).get(); }) < 10s);
  CHECK(error_of(hasty) == errc::timed_out);
  CHECK(is_presentable(error_of(hasty), it.server.token_endpoint()));
  CHECK(it.server.counts().resource_requests == 0);
  it.server.authority().set_token_lifetime(1h);
  it.server.tokens.from_now_on(manners::properly);
  CHECK(must(patient.get()).status == 200);
  CHECK(must(begin(it, api, what).get()).status == 200);
  const auto counts = it.server.counts();
  CHECK(counts.resource_ok == 2);
  CHECK(counts.resource_requests == 2);
  CHECK(counts.tokens_issued == 2);
}
