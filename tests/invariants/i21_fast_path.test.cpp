#include <bearer/reader.hpp>
#include <bearer/source/function_source.hpp>

#include "support/real_time.hpp"
#include "support/scene.hpp"

#include <caf/exit_reason.hpp>
#include <caf/send.hpp>

#include <catch2/catch_test_macros.hpp>

using namespace bearer;
using namespace bearer::test;
using namespace std::chrono_literals;

namespace {

/// What a reader gives, empty for nothing.
std::string read(reader& from) {
  const auto* found = from.read();
  return found != nullptr ? text(*found) : std::string{};
}

} // namespace

// -- what is read -------------------------------------------------------------

TEST_CASE("a reader gives what the cache would hand out", "[I21]") {
  scene s;
  s.gives(100s);
  auto reader = s.bearer.reader();
  CHECK(reader.read() == nullptr);
  const auto fetched = s.fetch().value();
  REQUIRE(reader.read() != nullptr);
  CHECK(reader.read()->access_token == fetched.access_token);
  CHECK(reader.read()->generation == fetched.generation);
  CHECK(reader.read()->expires_at == fetched.expires_at);
}

TEST_CASE("nobody reads older than he was given", "[I21][I3]") {
  // On real threads, where the cache may not yet have heard of the token.
  real_system real;
  auto settings = renewal_settings{};
  settings.initial_retry_timeout = 1us;
  auto count = std::make_shared<int>(0);
  for (int i = 0; i < 50; ++i) {
    auto bearer = *spawn(real.sys,
                         function_source(real.sys,
                                         [count] {
                                           return make_token(
                                             "x" + std::to_string(++*count));
                                         }),
                         settings);
    auto reader = bearer.reader();
    for (const auto& opts : {fetch_options{}, forced(), forced()}) {
      const auto given = bearer.fetch(opts);
      REQUIRE(given);
      const auto* found = reader.read();
      REQUIRE(found != nullptr);
      CHECK(found->generation == given->generation);
      const auto again = bearer.fetch();
      REQUIRE(again);
      CHECK(again->generation == given->generation);
      // By message, too.
      const auto asked = bearer.fetch(newer_than({}));
      REQUIRE(asked);
      CHECK(asked->generation == given->generation);
    }
  }
}

TEST_CASE("a read starts no work and asks nobody", "[I21]") {
  scene s;
  s.gives(100s);
  auto reader = s.bearer.reader();
  for (int i = 0; i < 10; ++i)
    CHECK(reader.read() == nullptr);
  s.time.settle();
  CHECK(s.calls() == 0);
  CHECK(s.time.timers() == 0);
}

TEST_CASE("a reader gives the newer token once it is published", "[I21][I3]") {
  scene s;
  s.gives(100s);
  s.fetch();
  auto reader = s.bearer.reader();
  CHECK(read(reader) == "secret-1");
  s.time.advance(90s);
  CHECK(read(reader) == "secret-2");
}

TEST_CASE("a reader outlives all other handles and keeps the bearer", "[I21]") {
  scene s;
  s.gives(100s);
  s.fetch();
  auto reader = s.bearer.reader();
  s.bearer = handle{};
  s.time.advance(90s);
  CHECK(read(reader) == "secret-2");
  auto moved = std::move(reader);
  CHECK(read(moved) == "secret-2");
}

// -- I2: expiry ---------------------------------------------------------------

TEST_CASE("a reader gives no expired token", "[I21][I2]") {
  scene s;
  s.gives(1000s);
  s.fetch();
  auto reader = s.bearer.reader();
  s.fails();
  s.time.advance(990s - 1ns);
  CHECK(read(reader) == "secret-1");
  s.time.advance(1ns);
  CHECK(reader.read() == nullptr);
}

TEST_CASE("a reader heeds a wall clock that jumps before anybody else does",
          "[I21][I2][I13]") {
  scene s;
  s.gives(1000s);
  s.fetch();
  auto reader = s.bearer.reader();
  REQUIRE(reader.read() != nullptr);
  s.time.jump_wall(990s);
  // No actor has run since.
  CHECK(reader.read() == nullptr);
  // Nor has anybody withdrawn the token.
  s.time.jump_wall(-990s);
  CHECK(reader.read() != nullptr);
}

TEST_CASE("a reader rejects what it gave, not what it could not give",
          "[I21][I4][I13]") {
  scene s;
  s.gives(1000s);
  s.fetch();
  auto reader = s.bearer.reader();
  REQUIRE(reader.read() != nullptr);
  s.fetch(forced());
  s.time.advance(1s);
  // The newer one has expired by the time that the reader sees it.
  s.time.jump_wall(990s);
  CHECK(reader.read() == nullptr);
  reader.reject();
  s.time.jump_wall(-990s);
  const auto* found = reader.read();
  REQUIRE(found != nullptr);
  CHECK(found->generation.count == 2);
}

TEST_CASE("a reader gives no token whose steady time is over", "[I21][I13]") {
  scene s;
  s.gives(1000s);
  s.fetch();
  auto reader = s.bearer.reader();
  s.fails();
  s.time.jump_wall(-500s);
  s.time.advance(990s);
  CHECK(reader.read() == nullptr);
}

// -- I4: rejection ------------------------------------------------------------

TEST_CASE("a reader sees its own rejection at once, and so do all others",
          "[I21][I4]") {
  scene s;
  s.gives(100s);
  s.fetch();
  auto one = s.bearer.reader();
  auto other = s.bearer.reader();
  REQUIRE(read(one) == "secret-1");
  REQUIRE(read(other) == "secret-1");
  one.reject();
  CHECK(one.read() == nullptr);
  CHECK(other.read() == nullptr);
  s.time.advance(1s);
  CHECK(read(one) == "secret-2");
  CHECK(s.calls() == 2);
}

TEST_CASE("a reader's rejection of a token replaced since does nothing",
          "[I21][I4]") {
  scene s;
  s.gives(100s);
  s.fetch();
  auto reader = s.bearer.reader();
  REQUIRE(read(reader) == "secret-1");
  s.time.advance(90s);
  reader.reject();
  CHECK(read(reader) == "secret-2");
  s.time.advance(10s);
  CHECK(s.calls() == 2);
  CHECK(s.status().stale_rejections == 1);
}

TEST_CASE("generations that are not the current one are not for the slot",
          "[I21][I4]") {
  scene s;
  s.gives(100s);
  const auto current = s.fetch().value().generation;
  auto reader = s.bearer.reader();
  REQUIRE(reader.read() != nullptr);
  s.bearer.reject({current.id, current.count + 1});
  s.bearer.reject({current.id + 1, current.count});
  s.bearer.reject({current.id, 0});
  CHECK(reader.read() != nullptr);
  s.time.settle();
  CHECK(reader.read() != nullptr);
  CHECK(s.calls() == 1);
}

TEST_CASE("a rejection by anybody is seen once the cache has processed it",
          "[I21][I4]") {
  scene s;
  s.gives(100s);
  const auto tok = s.fetch().value();
  auto reader = s.bearer.reader();
  REQUIRE(reader.read() != nullptr);
  detail::anon_mail(s.bearer.actor(), reject_atom_v, tok.generation);
  s.time.settle();
  CHECK(reader.read() == nullptr);
}

// -- I14 and request_renewal --------------------------------------------------

TEST_CASE("a stop is seen at once", "[I21][I14]") {
  scene s;
  s.gives(100s);
  s.fetch();
  auto reader = s.bearer.reader();
  REQUIRE(reader.read() != nullptr);
  s.bearer.stop();
  CHECK(reader.read() == nullptr);
  s.time.settle();
  CHECK(reader.read() == nullptr);
}

TEST_CASE("a closed or killed bearer has nothing to read", "[I21][I14]") {
  scene s;
  s.gives(100s);
  s.fetch();
  auto reader = s.bearer.reader();
  REQUIRE(reader.read() != nullptr);
  SECTION("closed") {
    s.close(1s);
  }
  SECTION("the cache was killed") {
    caf::anon_send_exit(s.bearer.actor(), caf::exit_reason::kill);
    s.time.settle();
  }
  CHECK(reader.read() == nullptr);
}

TEST_CASE("after a request for renewal reads wait as fetches do", "[I21]") {
  scene s;
  s.gives(1000s);
  s.fetch();
  auto reader = s.bearer.reader();
  s.time.advance(10s);
  REQUIRE(read(reader) == "secret-1");
  s.bearer.request_renewal();
  CHECK(reader.read() == nullptr);
  s.time.settle();
  CHECK(read(reader) == "secret-2");
  // A failure ends the hold and leaves the token.
  s.fails();
  s.time.advance(10s);
  s.bearer.request_renewal();
  CHECK(reader.read() == nullptr);
  s.time.settle();
  CHECK(read(reader) == "secret-2");
}

// -- I18 and I19 --------------------------------------------------------------

TEST_CASE("fast reads are counted apart", "[I21][I18]") {
  scene s;
  s.gives(100s);
  s.fetch();
  {
    auto reader = s.bearer.reader();
    for (int i = 0; i < 5; ++i)
      reader.read();
    s.time.advance(90s);
    reader.read();
    CHECK(s.status().fetches.fast_reads == 5);
  }
  CHECK(s.status().fetches.fast_reads == 6);
  CHECK(s.status().fetches.total() == 1);
  {
    auto unused = s.bearer.reader();
    auto moved = std::move(unused);
    moved.read();
    moved = s.bearer.reader();
    CHECK(s.status().fetches.fast_reads == 7);
  }
  s.stop();
  auto late = s.bearer.reader();
  late.read();
  CHECK(s.status().fetches.fast_reads == 7);
}

TEST_CASE("a reader lets go of a token that was taken back", "[I21][I19]") {
  scene s;
  s.gives(100s);
  s.fetch();
  auto reader = s.bearer.reader();
  REQUIRE(reader.read() != nullptr);
  s.fails();
  event_log log{s.bearer};
  SECTION("by a withdrawal, though it may still be rejected") {
    s.time.advance(100s);
    CHECK(reader.read() == nullptr);
    reader.reject();
    s.time.settle();
    CHECK(log.of<events::rejected>().size() == 1);
  }
  SECTION("by a stop") {
    s.stop();
    CHECK(reader.read() == nullptr);
    reader.reject();
    s.time.settle();
    CHECK(log.of<events::rejected>().empty());
  }
}

// -- fetches that need no message ---------------------------------------------

TEST_CASE("a blocking fetch of a fresh token sends no message", "[I21]") {
  // Nothing runs in virtual time while this blocks.
  scene s;
  s.gives(100s);
  s.fetch();
  CHECK(s.bearer.fetch()->generation.count == 1);
  auto opts = within(1s);
  opts.report_error = true;
  opts.renew_synchronous = true;
  CHECK(s.bearer.fetch(opts)->generation.count == 1);
  CHECK(s.status().fetches.hits == 2);
  CHECK(s.status().fetches.total() == 3);
}

TEST_CASE("a receiver answers from the slot and remembers", "[I21][receiver]") {
  scene s;
  s.gives(100s);
  s.fetch();
  auto receiver = s.bearer.receiver();
  CHECK(test::fetch(s.time.sys(), receiver).answers() == 0);
  s.time.settle();
  auto latest = ask<optional_token>(s.time.sys(), receiver, latest_atom_v);
  s.time.settle();
  CHECK(latest->values.at(0)->generation.count == 1);
  CHECK(s.status().fetches.hits == 1);
}
