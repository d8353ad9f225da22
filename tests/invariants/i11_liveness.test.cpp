#include "support/scene.hpp"

#include <caf/event_based_actor.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include <random>
#include <stdexcept>

using namespace bearer;
using namespace bearer::test;
using namespace std::chrono_literals;

namespace {

/// Anything that a source may do wrong.
scripted_source::reply misfortune(scene& s, std::uint_fast32_t kind) {
  switch (kind % 8) {
    case 0:
      return caf::make_error(errc::command_failed, "transient");
    case 1:
      return make_permanent(caf::make_error(errc::command_failed, "permanent"));
    case 2:
      return make_transient(caf::make_error(errc::busy), 24h);
    case 3:
      return make_token("");
    case 4:
      return make_token("two words");
    case 5:
      return make_token("expired", s.time.wall(), -1s);
    case 6:
      return s.fresh(3s);
    default:
      return std::nullopt;
  }
}

/// Anything that callers and the machine may do meanwhile.
void act(scene& s, std::mt19937& random) {
  auto opts = forced();
  opts.timeout = 1s;
  switch (random() % 9) {
    case 0:
      test::fetch(s.bearer);
      break;
    case 1:
      test::fetch(s.bearer, synchronous());
      break;
    case 2:
      test::fetch(s.bearer, opts);
      break;
    case 3:
      s.bearer.request_renewal();
      break;
    case 4:
      if (auto current = s.status().current)
        s.bearer.reject(*current);
      break;
    case 5:
      s.time.jump_wall(std::chrono::seconds{random() % 4000});
      break;
    case 6:
      s.time.jump_wall(-std::chrono::seconds{random() % 4000});
      break;
    default:
      break;
  }
  s.time.advance(std::chrono::milliseconds{random() % 40'000});
}

bool has_token(scene& s) {
  return s.status().current.has_value();
}

/// A source that answers with something that is no token.
any_source nonsense_source(caf::actor_system& sys, std::shared_ptr<int> calls) {
  auto hdl = sys.spawn([calls](caf::event_based_actor*) -> caf::behavior {
    return {[calls](fetch_atom, const attempt&) {
      ++*calls;
      return std::string{"no token"};
    }};
  });
  return caf::actor_cast<token_source>(hdl);
}

/// A source that has no handler for attempts.
any_source deaf_source(caf::actor_system& sys) {
  auto hdl = sys.spawn([](caf::event_based_actor*) -> caf::behavior {
    return {[](int) { /* waits for something else */ }};
  });
  return caf::actor_cast<token_source>(hdl);
}

} // namespace

TEST_CASE("after any history a usable token is there in time once the source "
          "heals",
          "[I11]") {
  const auto seed = GENERATE(range(1U, 41U));
  CAPTURE(seed);
  auto random = std::mt19937{seed};
  auto settings = renewal_settings{};
  settings.seed = seed;
  scene s{settings};
  s.source.replies([&](const attempt&) { return misfortune(s, random()); });
  s.bearer.prefetch();
  for (int i = 0; i < 60; ++i)
    act(s, random);
  s.gives(1h);
  s.time.advance(settings.max_retry_timeout
                 + 2 * settings.refresh_request_timeout);
  CHECK(has_token(s));
  CHECK(s.fetch().answers() == 1);
}

TEST_CASE("the slowest recovery is within its bound", "[I11]") {
  const auto settings = exact();
  scene s;
  s.bearer.prefetch();
  // A silent source at the cap, that heals just after it was called.
  s.time.advance(30min);
  const auto before = s.calls();
  while (s.calls() == before)
    s.time.advance(1ms);
  s.gives(1h);
  s.source.takes(settings.refresh_request_timeout - 1ms);
  s.time.advance(settings.max_retry_timeout
                 + 2 * settings.refresh_request_timeout);
  CHECK(has_token(s));
}

TEST_CASE("a day of outage does not end the loop", "[I11]") {
  scene s;
  s.fails();
  s.bearer.prefetch();
  s.time.advance(24h);
  CHECK(s.calls() > 1400);
  s.gives(100s);
  s.time.advance(1min);
  CHECK(has_token(s));
}

TEST_CASE("permanent errors do not end the loop", "[I11]") {
  scene s;
  s.fails(make_permanent(caf::make_error(errc::command_failed)));
  s.bearer.prefetch();
  s.time.advance(24h);
  s.gives(100s);
  s.time.advance(1min);
  CHECK(has_token(s));
}

TEST_CASE("a source that throws has failed the attempt", "[I11]") {
  scene s;
  s.source.replies([](const attempt&) -> scripted_source::reply {
    throw std::runtime_error("thrown by the test");
  });
  auto f = s.fetch(reporting());
  CHECK(f.error());
  CHECK_FALSE(is_permanent(f.error()));
  s.time.advance(10min);
  auto status = s.status();
  CHECK(status.state == bearer_state::backoff);
  CHECK(status.failures > 10);
}

TEST_CASE("a source that was killed before has failed the attempt", "[I11]") {
  scene s;
  s.source.kill();
  CHECK(s.fetch(synchronous()).error() == errc::source_down);
}

TEST_CASE("a source that is killed during an attempt fails it at once",
          "[I11]") {
  scene s;
  auto f = s.fetch(synchronous());
  REQUIRE(s.calls() == 1);
  s.source.kill();
  s.time.settle();
  CHECK(f.error() == errc::source_down);
  CHECK(s.status().failures == 1);
}

TEST_CASE("a source that answers with something else has failed the attempt",
          "[I11]") {
  virtual_time time;
  auto calls = std::make_shared<int>(0);
  auto bearer = *spawn(time.sys(), nonsense_source(time.sys(), calls), exact(),
                       {"nonsense", {}, time.clock()});
  auto f = fetch(bearer, reporting());
  time.settle();
  CHECK(f.error() == errc::source_failed);
  CHECK(*calls == 1);
  time.advance(1s);
  CHECK(*calls == 2);
}

TEST_CASE("a source that does not know attempts has failed them", "[I11]") {
  virtual_time time;
  auto bearer = *spawn(time.sys(), deaf_source(time.sys()), exact(),
                       {"deaf", {}, time.clock()});
  auto f = fetch(bearer, reporting());
  time.settle();
  CHECK(f.error() == errc::source_failed);
}

TEST_CASE("a second answer of a source changes nothing", "[I11][I1]") {
  scene s;
  auto f = s.fetch();
  s.source.answer(0, s.fresh(100s));
  s.source.answer(0, s.fresh(100s));
  s.time.settle();
  CHECK(f.value().generation.count == 1);
  s.source.answer(0, caf::make_error(errc::command_failed));
  s.time.settle();
  CHECK(s.status().current->count == 1);
  CHECK(s.status().failures == 0);
}
