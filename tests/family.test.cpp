#include <bearer/family.hpp>
#include <bearer/reader.hpp>
#include <bearer/source/static_source.hpp>

#include "support/family_scene.hpp"
#include "support/real_time.hpp"

#include <catch2/catch_test_macros.hpp>

#include <functional>
#include <stdexcept>
#include <string>
#include <utility>

using namespace bearer;
using namespace bearer::test;
using namespace std::chrono_literals;

namespace {

family_settings room_for(std::size_t n) {
  auto result = exact_family();
  result.max_size = n;
  return result;
}

/// A family whose factory is this.
family family_of(virtual_time& time, source_factory factory) {
  return *spawn_family(time.sys(), std::move(factory), exact_family(),
                       {"f", {}, time.clock()});
}

std::string setting_named(const family_settings& settings) {
  virtual_time time;
  auto result = spawn_family(
    time.sys(),
    [](const std::string&) -> caf::expected<any_source> {
      return any_source{};
    },
    settings);
  REQUIRE_FALSE(result);
  REQUIRE(result.error() == errc::invalid_setting);
  return to_string(result.error());
}

} // namespace

// -- getting a bearer ---------------------------------------------------------

TEST_CASE("a family spawns a bearer at the first use of a key and shares it",
          "[family]") {
  family_scene s;
  s.script = for_ever;
  const auto one = s.get("one");
  CHECK(s.get("one") == one);
  CHECK(one.name() == "scene/one");
  CHECK(s.made("one") == 1);
  CHECK(one.wrapped() == s.source("one").actor().fetcher());
  CHECK_FALSE(s.get("other") == one);
  CHECK(s.made("other") == 1);
  // A bearer starts work with its first fetch.
  s.time.settle();
  CHECK(s.source("one").calls().empty());
  CHECK(text(s.fetch("one").value()) == "for-ever");
  CHECK(text(s.fetch("one").value()) == "for-ever");
  CHECK(s.source("one").calls().size() == 1);
  CHECK(s.source("other").calls().empty());
}

TEST_CASE("every string is a key, the empty one and those with zeros included",
          "[family]") {
  family_scene s;
  s.touch("");
  s.touch(std::string{"a\0b", 3});
  s.touch(std::string{"a\0c", 3});
  CHECK(s.status().size() == 3);
  CHECK(s.has(""));
}

TEST_CASE("an error of the factory goes to the caller and is not remembered",
          "[family]") {
  family_scene s;
  s.script = for_ever;
  s.factory_error = caf::make_error(errc::unreadable_token, "tenants.json");
  CHECK(s.refusal("one") == s.factory_error);
  CHECK(s.fetch("one").error() == s.factory_error);
  CHECK(s.status().created == 0);
  s.factory_error = {};
  CHECK(text(s.fetch("one").value()) == "for-ever");
  CHECK(s.status().created == 1);
}

TEST_CASE("a factory that throws has failed, and its secrets stay its own",
          "[family][I19]") {
  virtual_time time;
  auto what = std::function<void()>{};
  auto f = family_of(time,
                     [&](const std::string&) -> caf::expected<any_source> {
                       what();
                       return any_source{};
                     });
  SECTION("an exception") {
    what = [] { throw std::runtime_error("no such tenant"); };
    CHECK(f.get("x").error() == errc::source_failed);
    CHECK(contains(error_text(f.get("x")), "make_source threw no such tenant"));
  }
  SECTION("an exception that quotes a secret") {
    what = [] {
      throw std::runtime_error("bad: eyJhbGciOiJIUzI1NiJ9c2VjcmV0MTIz");
    };
    CHECK_FALSE(contains(error_text(f.get("x")), "eyJhbGci"));
  }
  SECTION("something else") {
    what = [] { throw 7; };
    CHECK(contains(error_text(f.get("x")), "no std::exception"));
  }
  // And the next call calls it again.
  what = [] {};
  CHECK(contains(error_text(f.get("x")), "source: must be an actor"));
}

TEST_CASE("a factory may ask its family for another key, not for its own",
          "[family]") {
  virtual_time time;
  auto f = family{};
  auto own = caf::error{};
  f = family_of(time, [&](const std::string& key) -> caf::expected<any_source> {
    if (key == "login")
      return static_source(time.sys(), "login");
    auto inner = f.get("login");
    own = f.get(key).error();
    return inner ? bearer_source(time.sys(), inner->actor())
                 : caf::expected<any_source>{inner.error()};
  });
  CHECK(f.get("api"));
  CHECK(own == errc::invalid_setting);
  CHECK(contains(to_string(own), "make_source"));
  // The bearer of one key is the source of the other's.
  CHECK(f.get("login"));
  CHECK(f.get("api"));
  f = family{};
}

TEST_CASE("a bearer that was stopped is replaced at the next use of its key",
          "[family]") {
  family_scene s;
  s.script = for_ever;
  auto old = s.get("one");
  SECTION("stopped") {
    old.stop();
  }
  SECTION("closed") {
    auto closing = ask(s.time.sys(), old.actor(), close_atom_v,
                       caf::timespan{1s});
    s.time.settle();
  }
  CHECK_FALSE(s.get("one") == old);
  CHECK(s.made("one") == 2);
  CHECK(text(s.fetch("one").value()) == "for-ever");
  // Nobody else would close it.
  CHECK(s.sources.at("one").front()->closings().size() == 1);
  CHECK(s.status().created == 2);
  CHECK(s.status().evicted == 1);
  CHECK(s.status().size() == 1);
}

TEST_CASE("a bearer whose refresher was killed is replaced", "[family]") {
  family_scene s;
  auto old = s.get("one");
  auto waiting = s.fetch("one");
  auto answer = ask<bearer::status>(s.time.sys(), old.actor(), status_atom_v);
  s.time.settle();
  caf::anon_send_exit(caf::actor_cast<caf::actor>(answer->sender),
                      caf::exit_reason::kill);
  s.time.settle();
  CHECK(waiting.error() == errc::stopped);
  CHECK_FALSE(s.get("one") == old);
}

// -- idle bearers -------------------------------------------------------------

TEST_CASE("an idle bearer is let go after the idle time and its source closed",
          "[family]") {
  family_scene s;
  s.script = for_ever;
  CHECK(s.fetch("one").done());
  s.time.advance(100s);
  CHECK(s.has("one"));
  s.time.advance(25s);
  CHECK_FALSE(s.has("one"));
  CHECK(s.status().evicted == 1);
  REQUIRE(s.source("one").closings().size() == 1);
  CHECK(s.source("one").closings()[0]
        == exact_family().renewal.refresh_request_timeout);
  // The next use spawns another one.
  CHECK(text(s.fetch("one").value()) == "for-ever");
  CHECK(s.made("one") == 2);
  CHECK(s.status().created == 2);
}

TEST_CASE("a source that a family does not own is not closed", "[family]") {
  auto settings = exact_family();
  settings.renewal.owns_source = false;
  family_scene s{settings};
  s.touch("one");
  s.time.advance(200s);
  CHECK_FALSE(s.has("one"));
  CHECK(s.source("one").closings().empty());
}

TEST_CASE("a bearer whose key is asked for again and again stays", "[family]") {
  family_scene s;
  for (int i = 0; i < 20; ++i) {
    s.touch("one");
    s.time.advance(90s);
  }
  CHECK(s.has("one"));
  CHECK(s.made("one") == 1);
}

TEST_CASE("a bearer stays as long as somebody has something of it",
          "[family]") {
  family_scene s;
  s.script = for_ever;
  auto release = std::function<void()>{};
  const auto gen = s.fetch("one").value().generation;
  SECTION("a handle") {
    auto held = std::make_shared<handle>(s.get("one"));
    release = [held]() mutable { held.reset(); };
  }
  SECTION("a receiver") {
    auto held = s.get("one").receiver();
    release = [held]() mutable { held = nullptr; };
  }
  SECTION("a reader") {
    auto held = std::make_shared<reader>(s.get("one").reader());
    release = [held]() mutable { held.reset(); };
  }
  SECTION("its cache") {
    auto held = s.get("one").actor();
    release = [held]() mutable { held = nullptr; };
  }
  SECTION("another bearer that wraps it") {
    auto held = std::make_shared<handle>(
      *spawn(s.time.sys(), s.get("one"), exact(), {"x", {}, s.time.clock()}));
    release = [held]() mutable { held.reset(); };
  }
  s.time.advance(1h);
  CHECK(s.has("one"));
  CHECK(s.fetch("one").value().generation == gen);
  // Whoever has it may have used it until now.
  release();
  release = nullptr;
  s.time.settle();
  s.time.advance(99s);
  CHECK(s.has("one"));
  s.time.advance(26s);
  CHECK_FALSE(s.has("one"));
  CHECK(s.made("one") == 1);
}

TEST_CASE("a bearer stays as long as a fetch waits", "[family]") {
  auto settings = exact_family();
  settings.renewal.fetch_timeout = 1h;
  family_scene s{settings};
  // Nobody has the bearer but the family: fetches that wait hold nothing.
  auto waiting = s.fetch("one");
  auto reporting = s.fetch("one", synchronous());
  s.time.advance(30min);
  CHECK(s.has("one"));
  CHECK_FALSE(waiting.done());
  s.source("one").replies(for_ever);
  s.time.advance(2min);
  CHECK(text(waiting.value()) == "for-ever");
  CHECK(reporting.answers() == 1);
  CHECK(s.has("one"));
  s.time.advance(125s);
  CHECK_FALSE(s.has("one"));
}

TEST_CASE("fetches that end in any way do not keep their bearer", "[family]") {
  family_scene s;
  SECTION("timed out") {
    CHECK_FALSE(s.fetch("one", within(10s)).done());
  }
  SECTION("failed") {
    s.script = [](const attempt&) -> scripted_source::reply {
      return make_permanent(outage());
    };
    CHECK(s.fetch("one").error() == errc::permanent_failure);
    CHECK(s.fetch("one").error() == errc::permanent_failure);
  }
  SECTION("with an error of the options") {
    CHECK(s.fetch("one", within(-1s)).error() == errc::invalid_option);
  }
  SECTION("stopped") {
    auto waiting = s.fetch("one");
    s.get("one").stop();
    s.time.settle();
    CHECK(waiting.error() == errc::stopped);
  }
  SECTION("by a rejection, without a newer one") {
    s.script = for_ever;
    auto bearer = s.get("one");
    auto got = s.fetch("one").value();
    auto waiting = s.fetch("one", forced());
    bearer.reject(got.generation);
    s.time.advance(90s);
    CHECK(waiting.done());
  }
  SECTION("with the caller") {
    auto waiting = s.fetch("one", within(10s));
    s.time.advance(1s);
  }
  CHECK(s.has("one"));
  s.time.advance(300s);
  CHECK_FALSE(s.has("one"));
}

TEST_CASE("an attempt under way may end well when its bearer is let go",
          "[family]") {
  auto settings = exact_family();
  settings.renewal.refresh_request_timeout = 1h;
  family_scene s{settings};
  s.get("one").prefetch();
  s.time.advance(125s);
  CHECK_FALSE(s.has("one"));
  REQUIRE(s.source("one").calls().size() == 1);
  CHECK(s.source("one").closings().empty());
  s.source("one").answer(0, make_token("late"));
  s.time.settle();
  CHECK(s.source("one").closings().size() == 1);
}

// -- the bound ----------------------------------------------------------------

TEST_CASE("a new key takes the place of the one asked for least recently",
          "[family]") {
  family_scene s{room_for(3)};
  s.touch("a");
  s.touch("b");
  s.touch("c");
  s.touch("a");
  s.touch("d");
  CHECK(s.has("a"));
  CHECK_FALSE(s.has("b"));
  CHECK(s.has("c"));
  CHECK(s.has("d"));
  s.time.settle();
  CHECK(s.source("b").closings().size() == 1);
  const auto status = s.status();
  CHECK(status.size() == 3);
  CHECK(status.created == 4);
  CHECK(status.evicted == 1);
  CHECK(status.refused == 0);
}

TEST_CASE("a new key never takes the place of a bearer in use", "[family]") {
  family_scene s{room_for(2)};
  const auto held = s.get("a");
  s.touch("b");
  s.touch("c");
  CHECK(s.has("a"));
  CHECK_FALSE(s.has("b"));
  CHECK(s.has("c"));
  // Nobody has this one, but somebody waits.
  auto waiting = s.fetch("c");
  s.factory_error = caf::make_error(errc::unreadable_token);
  CHECK(s.refusal("d") == errc::family_full);
  CHECK(s.fetch("d").error() == errc::family_full);
  CHECK(contains(to_string(s.refusal("d")), "all 2 bearers"));
  CHECK(s.status().refused == 3);
  // Those that are there are at hand all the same.
  CHECK(s.get("a") == held);
  CHECK_FALSE(waiting.done());
  s.source("c").answer(0, make_token("late"));
  s.time.settle();
  CHECK(text(waiting.value()) == "late");
  s.factory_error = {};
  s.touch("d");
  CHECK_FALSE(s.has("c"));
}

TEST_CASE("a fetch on its way to a bearer keeps it its place", "[family]") {
  family_scene s{room_for(1)};
  s.script = for_ever;
  {
    const auto bearer = s.get("a");
    s.time.settle();
    detail::anon_mail(bearer.actor(), prefetch_atom_v);
  }
  CHECK(s.refusal("b") == errc::family_full);
  s.time.settle();
  s.touch("b");
}

TEST_CASE("a key whose source cannot be made takes nobody's place",
          "[family]") {
  family_scene s{room_for(1)};
  s.touch("a");
  s.factory_error = caf::make_error(errc::unreadable_token);
  CHECK(s.refusal("b") == errc::unreadable_token);
  CHECK(s.has("a"));
}

// -- settings and status ------------------------------------------------------

TEST_CASE("a family's settings are checked, by their names", "[family]") {
  auto x = family_settings{};
  SECTION("max_size") {
    x.max_size = 0;
    CHECK(contains(setting_named(x), "max_size"));
  }
  SECTION("idle_time") {
    x.idle_time = 0s;
    CHECK(contains(setting_named(x), "idle_time"));
    x.idle_time = -1s;
    CHECK(contains(setting_named(x), "idle_time"));
  }
  SECTION("those of the bearers") {
    x.renewal.retry_jitter = 2;
    CHECK(contains(setting_named(x), "retry_jitter"));
  }
  SECTION("factory and clock") {
    virtual_time time;
    auto none = spawn_family(time.sys(), nullptr);
    REQUIRE_FALSE(none);
    CHECK(contains(error_text(none), "make_source"));
    auto timeless
      = spawn_family(time.sys(),
                     [](const std::string&) -> caf::expected<any_source> {
                       return any_source{};
                     },
                     {}, {"f", {}, nullptr});
    REQUIRE_FALSE(timeless);
    CHECK(contains(error_text(timeless), "clock"));
  }
}

TEST_CASE("a family keeps idle bearers for ever if it is told to", "[family]") {
  auto settings = exact_family();
  settings.idle_time = caf::timespan::max();
  family_scene s{settings};
  s.touch("one");
  s.time.advance(24h * 365);
  CHECK(s.has("one"));
}

TEST_CASE("the status of a family tells of each key", "[family][I18]") {
  family_scene s;
  s.script = for_ever;
  CHECK(s.status().size() == 0);
  s.touch("idle");
  s.fetch("used");
  s.fetch("used");
  s.script = nullptr;
  auto waiting = s.fetch("waiting");
  const auto status = s.status();
  REQUIRE(status.size() == 3);
  CHECK(status.bearers.at("idle").attempts == 0);
  CHECK(status.bearers.at("used").attempts == 1);
  CHECK(status.bearers.at("used").fetches.total() == 2);
  CHECK(status.bearers.at("used").current);
  CHECK(status.bearers.at("waiting").waiters == 1);
  CHECK(status.bearers.at("waiting").state == bearer_state::attempting);
  CHECK(status.created == 3);
  CHECK(status.evicted == 0);
  CHECK(status.refused == 0);
}

TEST_CASE("no secret shows in the status of a family", "[family][I19]") {
  family_scene s;
  s.script = [](const attempt&) -> scripted_source::reply {
    return make_token("canary-secret-text");
  };
  s.fetch("one");
  const auto shown = caf::deep_to_string(s.status());
  CHECK(contains(shown, "one"));
  CHECK_FALSE(contains(shown, "canary"));
}

TEST_CASE("an invalid family says so", "[family]") {
  CHECK_FALSE(family{});
  family_scene s;
  CHECK(s.family);
}
