#include <bearer/reader.hpp>

#include "end_to_end/over_wire.hpp"
#include <catch2/generators/catch_generators.hpp>

#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

using namespace bearer;
using namespace bearer::test;
using namespace std::chrono_literals;

namespace {

/// What an application keeps on its disk.
class keeper {
public:
  caf::error store(const secret& what) {
    const auto guard = std::unique_lock{mutex_};
    stored_.emplace_back(what.view());
    return {};
  }

  std::vector<std::string> stored() const {
    const auto guard = std::unique_lock{mutex_};
    return stored_;
  }

private:
  mutable std::mutex mutex_;
  std::vector<std::string> stored_;
};

struct rotating_world : wired_world {
  explicit rotating_world(oauth_setup setup = with_canary())
    : rotating_world(wire::plain, std::move(setup)) {
    // nop
  }

  explicit rotating_world(wire over, oauth_setup setup = with_canary())
    : wired_world(over, std::move(setup)) {
    // nop
  }

  /// As a user who has logged in with `token`.
  oauth2::options logged_in(const std::string& token) {
    auto result = client();
    result.grant = oauth2::refresh_token{secret{token},
                                         [to = kept](const secret& what) {
                                           return to->store(what);
                                         }};
    return result;
  }

  oauth2::options logged_in() {
    return logged_in(server.authority().log_in("client"));
  }

  std::shared_ptr<keeper> kept = std::make_shared<keeper>();
};

fetch_options another() {
  auto result = once();
  result.renew_required = true;
  return result;
}

} // namespace

TEST_CASE("each renewal uses the refresh token that the one before brought",
          "[oauth2][end_to_end]") {
  const auto over = GENERATE(wire::plain, wire::tls);
  CAPTURE(over);
  rotating_world it{over};
  const auto api = it.spawn(it.logged_in(), quick_unless_permanent());
  for (auto i = 0; i < 5; ++i)
    CHECK(it.present(must(api.fetch(another()))) == 200);
  CHECK(it.token_requests() == 5);
  REQUIRE(it.kept->stored().size() == 5);
  // What was stored last is good after a restart.
  CHECK(ask(it.real.sys, it.source(it.logged_in(it.kept->stored().back()))));
}

TEST_CASE("a server that does not rotate is asked with the same one",
          "[oauth2][end_to_end]") {
  auto setup = with_canary();
  setup.rotates = false;
  rotating_world it{setup};
  const auto api = it.spawn(it.logged_in(), quick_unless_permanent());
  for (auto i = 0; i < 3; ++i)
    CHECK(it.present(must(api.fetch(another()))) == 200);
  CHECK(it.kept->stored().empty());
}

TEST_CASE("a new refresh token is stored before the access token is published",
          "[oauth2][end_to_end]") {
  rotating_world it;
  auto options = it.logged_in();
  signal storing;
  signal go_on;
  std::get<oauth2::refresh_token>(options.grant).store
    = [storing, go_on](const secret&) mutable {
        storing.set();
        go_on.wait();
        return caf::error{};
      };
  const auto api = it.spawn(options);
  api.prefetch();
  REQUIRE(storing.wait());
  // The server has issued it, and nobody has it.
  CHECK(it.server.counts().tokens_issued == 1);
  CHECK(!api.status().current);
  CHECK(api.reader().read() == nullptr);
  go_on.set();
  CHECK(it.present(must(api.fetch())) == 200);
  CHECK(it.token_requests() == 1);
}

TEST_CASE("transient failures never discard the refresh token",
          "[oauth2][end_to_end]") {
  const auto over = GENERATE(wire::plain, wire::tls);
  CAPTURE(over);
  rotating_world it{over};
  using namespace manners;
  it.server.tokens.next({resetting, resetting_in_the_body, saying(200, "{}"),
                         saying(200, "garbage"), saying(429, ""),
                         saying(500, ""),
                         saying(503, R"({"error":"invalid_grant"})"), hanging});
  auto settings = quick();
  settings.refresh_request_timeout = short_limit;
  const auto api = it.spawn(it.logged_in(), settings);
  auto token = api.fetch();
  while (!token)
    token = api.fetch();
  CHECK(it.present(*token) == 200);
  CHECK(it.token_requests() == 9);
  CHECK(it.kept->stored().size() == 1);
}

TEST_CASE("permanent refusals do not discard it either",
          "[oauth2][end_to_end]") {
  const auto over = GENERATE(wire::plain, wire::tls);
  CAPTURE(over);
  rotating_world it{over};
  it.server.tokens.next({manners::saying(401, R"({"error":"invalid_client"})"),
                         manners::saying(400, R"({"error":"invalid_grant"})")});
  const auto api = it.spawn(it.logged_in(), quick_unless_permanent());
  for (auto i = 0; i < 2; ++i)
    CHECK(is_permanent(error_of(api.fetch(once()))));
  CHECK(it.present(must(api.fetch(once()))) == 200);
  CHECK(it.token_requests() == 3);
}

// -- lost answers -------------------------------------------------------------

namespace {

/// Ways of an answer to get lost after the server has done what it was asked.
struct loss {
  const char* name;
  manner how;
};

bool is_refused(const caf::error& err, int status) {
  const auto said = refusal_of(err);
  return said && said->status == status;
}

std::vector<loss> losses() {
  return {
    {"in the middle", manners::losing_the_answer},
    {"before its first byte",
     [](connection& to, const deed& act) {
       act();
       to.reset();
     }},
    {"after the attempt",
     [](connection& to, const deed& act) {
       act();
       to.wait_for_close();
     }},
    {"behind a proxy's complaint",
     [](connection& to, const deed& act) {
       act();
       to.answer("", "502 Bad Gateway");
     }},
  };
}

} // namespace

TEST_CASE("a rotation whose answer is lost is reported as what it is",
          "[oauth2][end_to_end]") {
  const auto over = GENERATE(wire::plain, wire::tls);
  CAPTURE(over);
  for (const auto& x : losses()) {
    CAPTURE(x.name);
    rotating_world it{over};
    auto settings = quick_unless_permanent();
    settings.refresh_request_timeout = short_limit;
    const auto api = it.spawn(it.logged_in(), settings);
    // Over a connection that was used before, as it will be in real life.
    CHECK(api.fetch());
    it.server.tokens.next({x.how});
    const auto lost = error_of(api.fetch(another()));
    CHECK(!is_permanent(lost));
    // The bearer's own judgement, if it looks at its clock first, names none.
    CHECK(is_presentable(
      lost, lost == errc::attempt_timed_out ? "" : it.server.token_endpoint()));
    // The next attempt follows by itself, and is the last one.
    auto newer = another();
    newer.renew_synchronous = false;
    const auto err = error_of(api.fetch(newer));
    CHECK(err == errc::rotation_lost);
    CHECK(is_permanent(err));
    CHECK(is_presentable(err, it.server.token_endpoint()));
    // The token that was there before is still good.
    CHECK(it.present(must(api.fetch())) == 200);
    CHECK(it.token_requests() == 3);
  }
}

TEST_CASE("a lost rotation is not forgotten over what comes in between",
          "[oauth2][end_to_end]") {
  const auto over = GENERATE(wire::plain, wire::tls);
  CAPTURE(over);
  for (const auto refuses_connections : {true, false}) {
    CAPTURE(refuses_connections);
    rotating_world it{over};
    const auto source = it.source(it.logged_in());
    it.server.tokens.next({manners::losing_the_answer});
    CHECK(error_of(ask(it.real.sys, source)) == errc::answer_lost);
    // Neither of these says anything of the request before.
    if (refuses_connections) {
      it.server.refuse_connections();
      CHECK(error_of(ask(it.real.sys, source)) == errc::connection_failed);
      it.server.accept_connections();
    } else {
      it.server.tokens.next({manners::saying(429, "")});
      CHECK(is_refused(error_of(ask(it.real.sys, source)), 429));
    }
    CHECK(error_of(ask(it.real.sys, source)) == errc::rotation_lost);
  }
}

TEST_CASE("where refresh tokens stay the same, a lost answer loses nothing",
          "[oauth2][end_to_end]") {
  const auto over = GENERATE(wire::plain, wire::tls);
  CAPTURE(over);
  auto setup = with_canary();
  setup.rotates = false;
  for (const auto& x : losses()) {
    CAPTURE(x.name);
    rotating_world it{over, setup};
    it.server.tokens.next({x.how});
    auto settings = quick();
    settings.refresh_request_timeout = short_limit;
    const auto api = it.spawn(it.logged_in(), settings);
    CHECK(it.present(must(api.fetch())) == 200);
    CHECK(it.token_requests() == 2);
  }
}

TEST_CASE("a refresh token that somebody else has used is refused",
          "[oauth2][end_to_end]") {
  rotating_world it;
  const auto stolen = it.server.authority().log_in("client");
  const auto api = it.spawn(it.logged_in(stolen), quick_unless_permanent());
  CHECK(api.fetch());
  CHECK(error_of(ask(it.real.sys, it.source(it.logged_in(stolen)))));
  // Which ends the whole family, and is no lost rotation.
  const auto err = error_of(api.fetch(another()));
  CHECK(refusal_of(err).value().error == "invalid_grant");
  CHECK(it.token_requests() == 3);
}

// -- several bearers on one source --------------------------------------------

namespace {

renewal_settings sharing() {
  auto result = quick();
  result.owns_source = false;
  return result;
}

/// Two bearers on the same source.
struct sharing_world : rotating_world {
  handle first;
  handle second;

  sharing_world() {
    const auto shared = source(logged_in());
    first = must(bearer::spawn(real.sys, shared, sharing()));
    second = must(bearer::spawn(real.sys, shared, sharing()));
  }

  /// Whether each request has brought a token: no refresh token was sent twice.
  bool all_were_granted() const {
    const auto counts = server.counts();
    return counts.token_requests == counts.tokens_issued;
  }
};

} // namespace

TEST_CASE("while one bearer uses the refresh token, another one waits its turn",
          "[oauth2][end_to_end]") {
  sharing_world it;
  const auto until = std::make_shared<gate>();
  it.server.tokens.next({manners::held(until)});
  it.first.prefetch();
  REQUIRE(it.server.wait_for_token_requests(1));
  CHECK(error_of(it.second.fetch(once())) == errc::busy);
  CHECK(it.token_requests() == 1);
  until->open();
  CHECK(it.present(must(it.first.fetch())) == 200);
  CHECK(it.present(must(it.second.fetch())) == 200);
  CHECK(it.token_requests() == 2);
  CHECK(it.all_were_granted());
}

TEST_CASE("bearers that share a refresh token never send the same one twice",
          "[oauth2][end_to_end]") {
  sharing_world it;
  auto forced = fetch_options{};
  forced.renew_required = true;
  const auto renew = [&](const handle& api) {
    auto good = 0;
    for (auto i = 0; i < 20; ++i)
      good += api.fetch(forced) ? 1 : 0;
    return good;
  };
  auto other = std::async(std::launch::async, renew, it.second);
  CHECK(renew(it.first) == 20);
  CHECK(other.get() == 20);
  CHECK(it.token_requests() >= 40);
  CHECK(it.all_were_granted());
}

TEST_CASE("an attempt that is given up leaves the refresh token to others",
          "[oauth2][end_to_end]") {
  sharing_world it;
  it.server.tokens.next({manners::hanging});
  it.first.prefetch();
  REQUIRE(it.server.wait_for_token_requests(1));
  it.first = handle{};
  CHECK(it.present(must(it.second.fetch())) == 200);
  CHECK(it.token_requests() == 2);
}
