#include <bearer/bearer.hpp>
#include <bearer/error.hpp>
#include <bearer/event.hpp>
#include <bearer/token.hpp>

#include "support/numbered_source.hpp"
#include "support/real_time.hpp"

#include <caf/event_based_actor.hpp>

#include "token_node/client.hpp"
#include "token_node/report.hpp"
#include "token_node/run_result.hpp"
#include "token_node/watch.hpp"
#include "token_node/witness.hpp"
#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <memory>
#include <string>

using namespace bearer;
using namespace bearer::test;
using namespace std::chrono_literals;

using token_node::run_result;
using token_node::witness;

// That the program would see the faults that its tests never let it see.

namespace {

constexpr auto noon = caf::timestamp{1'000'000h};

token numbered(std::uint64_t count) {
  auto result = token{};
  result.access_token = secret{"token"};
  result.generation = {7, count};
  return result;
}

/// What a run amounts to whose only client saw this.
run_result run_of(const witness& client) {
  auto result = run_result{};
  result.had_clients = true;
  result.clients = client.result();
  result.events.emplace();
  return result;
}

/// Whether the last line has this member.
bool tells(const run_result& run, const std::string& name,
           std::uint64_t value) {
  const auto line = token_node::json_line(run);
  const auto member = '"' + name + "\":" + std::to_string(value);
  CAPTURE(line);
  return contains(line, member + ',') || contains(line, member + '}');
}

/// Looks for one fault of that name in what it amounts to.
void check_bad_end(const witness& client, const std::string& fault) {
  const auto run = run_of(client);
  CHECK_FALSE(run.ended_well());
  CHECK(tells(run, fault, 1));
}

} // namespace

TEST_CASE("a client that gets good tokens ends well", "[token_node]") {
  witness client;
  auto what = numbered(1);
  what.expires_at = noon + 1h;
  client.gets(what, noon, noon);
  client.gets(what, noon + 59min, noon + 2h);
  client.rejects(what.generation);
  client.gets(numbered(2), noon + 2h, noon + 2h);
  const auto run = run_of(client);
  CHECK(run.ended_well());
  CHECK(tells(run, "fetches", 3));
  CHECK(tells(run, "lost", 0));
  CHECK(tells(run, "expired_served", 0));
  CHECK(tells(run, "rejected_served", 0));
  CHECK(tells(run, "older_served", 0));
  CHECK(tells(run, "max_staleness_ms", 0));
}

TEST_CASE("an expired token is not a good end", "[token_node][I2]") {
  witness client;
  auto what = numbered(1);
  what.expires_at = noon;
  client.gets(what, noon, noon);
  check_bad_end(client, "expired_served");
}

TEST_CASE("a rejected token is not a good end", "[token_node][I4]") {
  witness client;
  client.gets(numbered(2), noon, noon);
  client.rejects({7, 2});
  client.gets(numbered(2), noon, noon);
  check_bad_end(client, "rejected_served");
}

TEST_CASE("an older token is not a good end", "[token_node][I3]") {
  witness client;
  client.gets(numbered(2), noon, noon);
  client.gets(numbered(1), noon, noon);
  check_bad_end(client, "older_served");
}

TEST_CASE("a fetch that is lost is not a good end", "[token_node]") {
  witness client;
  client.gets(numbered(1), noon, noon);
  client.misses(caf::make_error(errc::busy));
  client.misses(caf::make_error(errc::timed_out));
  auto run = run_of(client);
  CHECK_FALSE(run.ended_well());
  CHECK(tells(run, "lost", 2));
  CHECK(contains(run.clients.first_error, "busy"));
}

TEST_CASE("a bearer that somebody else stops is not a good end",
          "[token_node]") {
  real_system real;
  numbered_source source;
  const auto tokens = spawn(real.sys, source.spawn(real.sys));
  REQUIRE(tokens);
  REQUIRE(tokens->fetch());
  tokens->stop();
  const auto results = std::make_shared<token_node::tally_collector>();
  token_node::spawn_client(real.sys, *tokens, {}, results);
  REQUIRE(results->wait_for(1, 60s));
  CHECK(results->total().tokens == 0);
  CHECK(results->total().lost == 1);
}

TEST_CASE("a client without an end or a token is not a good end",
          "[token_node]") {
  CHECK_FALSE(run_of(witness{}).ended_well());
  witness client;
  client.gets(numbered(1), noon, noon);
  auto run = run_of(client);
  run.stuck_clients = 1;
  CHECK_FALSE(run.ended_well());
  CHECK(tells(run, "lost", 1));
}

TEST_CASE("what one of many clients saw is in the sum", "[token_node]") {
  witness bad;
  bad.gets(numbered(2), noon, noon);
  bad.gets(numbered(1), noon + 1s, noon + 1s);
  witness late;
  late.gets(numbered(2), noon + 5s, noon + 5s);
  auto all = token_node::tally{};
  for (const auto& x : {late, bad})
    all += x.result();
  CHECK(all.tokens == 3);
  CHECK(all.older == 1);
  CHECK(all.last_given.at(1) == noon + 1s);
  CHECK(all.last_given.at(2) == noon + 5s);
}

TEST_CASE("a token that comes after its end is stale for so long",
          "[token_node]") {
  witness client;
  client.gets(numbered(1), noon, noon + 30ms);
  client.gets(numbered(2), noon, noon + 1s);
  auto run = run_of(client);
  run.events->ended_at = {{1, noon}, {2, noon + 2s}};
  CHECK(tells(run, "max_staleness_ms", 30));
}

TEST_CASE("tokens end when the bearer says so", "[token_node]") {
  real_system real;
  auto watch = token_node::spawn_watch(real.sys);
  const auto say = [&](auto what, caf::timestamp when) {
    detail::anon_mail(watch.hearer, event{when, std::move(what)});
  };
  auto unreachable = events::attempt_ended{};
  unreachable.how = events::outcome::failed;
  unreachable.error = caf::make_error(errc::owner_unreachable);
  auto renewed = events::attempt_ended{};
  renewed.how = events::outcome::renewed;
  say(events::published{{7, 1}, {}}, noon);
  say(unreachable, noon + 1s);
  say(events::withdrawn{{7, 1}}, noon + 2s);
  say(renewed, noon + 3s);
  say(events::published{{7, 2}, {}}, noon + 3s);
  say(renewed, noon + 4s);
  say(events::rejected{{7, 2}}, noon + 5s);
  say(events::published{{7, 3}, {}}, noon + 6s);
  say(events::published{{7, 4}, {}}, noon + 7s);
  say(events::stopped{}, noon + 8s);
  const auto got = token_node::finish(watch);
  REQUIRE(got);
  CHECK(got->reconnects == 1);
  CHECK(got->ended_at
        == token_node::generation_times{
          {1, noon + 2s}, {2, noon + 5s}, {3, noon + 7s}});
}
