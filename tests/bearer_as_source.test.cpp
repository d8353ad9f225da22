#include <bearer/source/bearer_source.hpp>
#include <bearer/source/static_source.hpp>

#include "support/scene.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace bearer;
using namespace bearer::test;
using namespace std::chrono_literals;

namespace {

/// A bearer in front of the scene's.
class chain : public scene {
public:
  explicit chain(const renewal_settings& settings = exact())
    : outer(*spawn(time.sys(), bearer, settings, {"outer", {}, time.clock()})) {
    // nop
  }

  pending_fetch fetch_outer(const fetch_options& opts = {}) {
    auto result = test::fetch(outer, opts);
    time.settle();
    return result;
  }

  bearer::status outer_status() {
    auto result = ask<bearer::status>(time.sys(), outer.actor(), status_atom_v);
    time.settle();
    return result->values.at(0);
  }

  handle outer;
};

} // namespace

TEST_CASE("a bearer serves another one as its source", "[bearer_source]") {
  chain c;
  c.gives(100s);
  const auto tok = c.fetch_outer().value();
  CHECK(tok.access_token.view() == "secret-1");
  // Generations are each bearer's own.
  CHECK(tok.generation.id != c.status().current->id);
  CHECK(tok.generation == c.outer_status().current);
  CHECK(c.outer.wrapped());
  CHECK(c.outer.name() == "outer");
  c.time.advance(10min);
  CHECK(c.outer_status().failures == 0);
  CHECK(c.fetch_outer().done());
}

TEST_CASE("a rejection goes inward, and a newer token comes out",
          "[bearer_source][I4]") {
  chain c;
  c.gives(100s);
  const auto gen = c.fetch_outer().value().generation;
  event_log inner{c.bearer};
  c.time.advance(10s);
  c.outer.reject(gen);
  c.time.settle();
  CHECK(inner.of<events::rejected>().size() == 1);
  REQUIRE(c.calls() == 2);
  CHECK(c.source.calls()[1].what.reason == attempt_reason::rejected);
  const auto tok = c.fetch_outer().value();
  CHECK(tok.access_token.view() == "secret-2");
  CHECK(tok.generation.count == 2);
}

TEST_CASE("a requested renewal goes inward without a rejection",
          "[bearer_source][I16]") {
  chain c;
  c.gives(100s);
  c.fetch_outer();
  event_log inner{c.bearer};
  c.time.advance(10s);
  CHECK(c.fetch_outer(forced()).value().access_token.view() == "secret-2");
  CHECK(inner.of<events::rejected>().empty());
  CHECK(c.calls() == 2);
}

TEST_CASE("a first fetch takes what the inner bearer has", "[bearer_source]") {
  chain c;
  c.gives(100s);
  c.fetch();
  c.time.advance(5s);
  CHECK(c.fetch_outer().value().access_token.view() == "secret-1");
  CHECK(c.calls() == 1);
}

TEST_CASE("the inner bearer's last error comes out, and no timeout",
          "[bearer_source][I6]") {
  chain c;
  c.fails(caf::make_error(errc::unreadable_token, "inner"));
  auto f = c.fetch_outer(reporting());
  c.time.advance(5s);
  CHECK(f.error() == errc::unreadable_token);
}

TEST_CASE("a permanent error of the inner bearer stays permanent",
          "[bearer_source][I12]") {
  chain c;
  c.fails(make_permanent(caf::make_error(errc::command_failed)));
  auto f = c.fetch_outer();
  CHECK(is_permanent(f.error()));
  CHECK(c.outer_status().next_attempt_in == 1min);
}

TEST_CASE("an inner stop is a permanent error", "[bearer_source][I14]") {
  chain c;
  SECTION("before the first fetch") {
    c.stop();
    auto err = c.fetch_outer().error();
    CHECK(err == errc::source_stopped);
    CHECK(is_permanent(err));
  }
  SECTION("during an attempt") {
    auto f = c.fetch_outer();
    REQUIRE_FALSE(f.done());
    c.stop();
    CHECK(f.error() == errc::source_stopped);
  }
  SECTION("killed") {
    caf::anon_send_exit(c.bearer.actor(), caf::exit_reason::kill);
    c.time.settle();
    CHECK(c.fetch_outer().error() == errc::source_stopped);
  }
  CHECK(c.outer_status().state == bearer_state::backoff);
}

TEST_CASE("close is forwarded inward with what is left of the grace",
          "[bearer_source][I14]") {
  chain c;
  c.gives(100s);
  c.fetch_outer();
  auto closed = ask(c.time.sys(), c.outer.actor(), close_atom_v,
                    caf::timespan{7s});
  c.time.settle();
  CHECK(closed->values.size() == 1);
  CHECK(c.source.closings() == std::vector<caf::timespan>{7s});
  CHECK(c.status().state == bearer_state::stopped);
  CHECK(c.fetch().error() == errc::stopped);
}

TEST_CASE("close of a bearer that does not own its source leaves the inner one",
          "[bearer_source][I14]") {
  auto settings = exact();
  settings.owns_source = false;
  chain c{settings};
  c.gives(100s);
  c.fetch_outer();
  auto closed = ask(c.time.sys(), c.outer.actor(), close_atom_v,
                    caf::timespan{7s});
  c.time.settle();
  CHECK(closed->values.size() == 1);
  CHECK(c.source.closings().empty());
  CHECK(c.fetch().value().generation.count == 1);
}

TEST_CASE("an outer bearer keeps the inner one running, and lets it go",
          "[bearer_source]") {
  chain c;
  c.gives(100s);
  c.fetch_outer();
  c.bearer = handle{};
  c.time.advance(10s);
  CHECK(c.fetch_outer(forced()).value().access_token.view() == "secret-2");
  c.outer = handle{};
  c.time.settle();
  // The scripted source alone.
  CHECK(c.time.running() == 1);
  CHECK(c.time.timers() == 0);
}

TEST_CASE("a chain ends in the middle of an attempt without a trace",
          "[bearer_source]") {
  chain c;
  auto f = c.fetch_outer();
  c.bearer = handle{};
  c.outer = handle{};
  c.time.settle();
  CHECK(f.error() == errc::stopped);
  CHECK(c.time.running() == 1);
  CHECK(c.time.timers() == 0);
}

TEST_CASE("a rejected static token is permanent through two bearers",
          "[bearer_source][I3][I12]") {
  virtual_time time;
  auto inner = *spawn(time.sys(), static_source(time.sys(), "only-one"),
                      exact(), {"inner", {}, time.clock()});
  auto outer = *spawn(time.sys(), inner, exact(), {"outer", {}, time.clock()});
  auto f = fetch(outer);
  time.settle();
  outer.reject(f.value().generation);
  time.advance(2s);
  auto g = fetch(outer);
  time.advance(10s);
  CHECK(is_permanent(g.error()));
}
