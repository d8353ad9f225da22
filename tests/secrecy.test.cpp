#include <bearer/source/static_source.hpp>

#include "support/canary.hpp"
#include "support/eventful_life.hpp"
#include "support/real_time.hpp"
#include "support/scene.hpp"

#include <caf/deep_to_string.hpp>
#include <caf/message.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <vector>

using namespace bearer;
using namespace bearer::test;
using namespace std::chrono_literals;

namespace {

token canary_token() {
  auto result = make_token(canary);
  result.expires_at = caf::timestamp{2'000'000'000s};
  result.generation = {11, 3};
  return result;
}

/// All the ways in which people may come to see a value.
template <class T>
std::vector<std::string> views(const T& x) {
  return {caf::deep_to_string(x), to_string(caf::make_message(x)), json(x),
          to_string(caf::make_error(caf::sec::runtime_error, x))};
}

template <class T>
void check_hidden(const T& x) {
  for (const auto& text : views(x)) {
    CAPTURE(text);
    CHECK_FALSE(text.empty());
    CHECK_FALSE(shows(text));
  }
}

} // namespace

TEST_CASE("the canary is found where it is shown", "[I19]") {
  CHECK(shows(std::string{"x "} + std::string{canary}));
  CHECK(shows(canary.substr(5, 8)));
  CHECK_FALSE(shows(canary.substr(5, 7)));
  CHECK_FALSE(shows("<redacted>"));
}

TEST_CASE("no value shows a secret in any form for people", "[I19]") {
  const auto tok = canary_token();
  check_hidden(tok.access_token);
  check_hidden(tok);
  check_hidden(optional_token{tok});
  check_hidden(
    attempt{3, 5s, attempt_reason::rejected, tok, tok.access_token, 7});
  check_hidden(failure{caf::make_error(caf::sec::runtime_error, tok), 1s});
  check_hidden(timeout_details{caf::make_error(errc::busy, tok), 1s});
  check_hidden(fetch_options{});
  auto state = status{};
  state.last_error = caf::make_error(errc::command_failed, tok);
  check_hidden(state);
  check_hidden(event{{}, state});
  auto ended = events::attempt_ended{};
  ended.error = make_permanent(caf::make_error(errc::command_failed, tok));
  check_hidden(event{{}, ended});
  CHECK_FALSE(shows(to_string(tok)));
  CHECK_FALSE(shows(to_string(tok.access_token)));
}

TEST_CASE("no message of the interfaces shows a secret", "[I19]") {
  const auto tok = canary_token();
  for (const auto& msg :
       {caf::make_message(publish_atom_v, tok, caf::timestamp{}),
        caf::make_message(fetch_atom_v,
                          attempt{1, 1s, {}, tok, tok.access_token}),
        caf::make_message(tok), caf::make_message(optional_token{tok})}) {
    CHECK_FALSE(shows(to_string(msg)));
    CHECK_FALSE(shows(caf::deep_to_string(msg)));
  }
}

TEST_CASE("events and status of a bearer hold no secret", "[I19]") {
  scene s;
  s.source.replies([&](const attempt&) -> scripted_source::reply {
    return make_token(std::string{canary} + std::to_string(s.calls()),
                      s.time.wall(), 100s);
  });
  event_log log{s.bearer};
  s.fetch();
  s.time.advance(10min);
  s.reject(*s.status().current);
  s.fails();
  s.time.advance(10min);
  s.stop();
  REQUIRE(log.all().size() > 20);
  for (const auto& one : log.all()) {
    CHECK_FALSE(shows(caf::deep_to_string(one)));
    CHECK_FALSE(shows(json(one)));
  }
  CHECK_FALSE(shows(caf::deep_to_string(s.status())));
}

TEST_CASE("errors about a token do not quote it", "[I19]") {
  scene s;
  const auto spoilt = std::string{canary} + " \n" + std::string{canary};
  auto source = static_source(s.time.sys(), spoilt);
  REQUIRE_FALSE(source);
  CHECK_FALSE(shows(to_string(source.error())));
  for (const auto& tok :
       {make_token(spoilt), make_token(canary, s.time.wall(), -1s)}) {
    s.source.replies_with(tok);
    auto f = s.fetch(synchronous());
    s.time.advance(1s);
    CHECK_FALSE(shows(to_string(f.error())));
    CHECK_FALSE(shows(caf::deep_to_string(f.error())));
  }
  // The secret that was rejected.
  s.source.replies_with(make_token(canary));
  auto f = s.fetch();
  s.time.advance(1min);
  s.reject(f.value().generation);
  auto g = s.fetch(synchronous());
  s.time.advance(1s);
  CHECK(g.error() == errc::rejected_token);
  CHECK_FALSE(shows(to_string(g.error())));
}

TEST_CASE("options that went astray are not quoted", "[I19]") {
  for (auto key : {"token_renew_required", "token_renew_synchronous",
                   "token_renew_request_timeout", "token_renew_report_error",
                   "max_fetch_token_retries", "token_renew_misspelt"}) {
    auto result = parse_fetch_options({{key, std::string{canary}}});
    REQUIRE_FALSE(result);
    CHECK(contains(to_string(result.error()), key));
    CHECK_FALSE(shows(to_string(result.error())));
  }
}

TEST_CASE("nothing that a bearer says in its life shows a secret", "[I19]") {
  real_system real;
  const auto text = live_eventfully(real.sys);
  CHECK(contains(text, "published"));
  CHECK(contains(text, "malformed_token"));
  CHECK(contains(text, "source_failed"));
  CHECK_FALSE(shows(text));
}

TEST_CASE("from source to caller a secret is shared and never copied",
          "[I19]") {
  const auto tok = make_token(canary);
  const auto* block = tok.access_token.view().data();
  scene s;
  s.source.replies_with(tok);
  CHECK(s.fetch().value().access_token.view().data() == block);
  CHECK(s.fetch().value().access_token.view().data() == block);
  auto receiver = s.bearer.receiver();
  auto f = test::fetch(s.time.sys(), receiver);
  s.time.advance(1s);
  CHECK(f.value().access_token.view().data() == block);
  s.fetch(forced());
  CHECK(s.source.calls().back().what.previous.access_token.view().data()
        == block);
}
