#include <bearer/family.hpp>
#include <bearer/source/static_source.hpp>

#include "support/family_scene.hpp"
#include "support/real_sources.hpp"
#include "support/time_of.hpp"

#include <catch2/catch_test_macros.hpp>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace bearer;
using namespace bearer::test;
using namespace std::chrono_literals;

namespace {

/// Runs `f` in an actor system and measures the end of the system.
std::chrono::steady_clock::duration
time_to_end(const std::function<void(caf::actor_system&)>& f) {
  auto real = std::make_unique<real_system>();
  f(real->sys);
  return time_of([&] { real.reset(); });
}

/// A source that neither answers nor closes, without keeping promises.
any_source deaf_source(caf::actor_system& sys, signal called, signal closed) {
  auto hdl = sys.spawn([=](closable_token_source::pointer)
                         -> closable_token_source::behavior_type {
    return {
      [called](fetch_atom, const attempt&) mutable -> caf::result<token> {
        called.set();
        return caf::delegated<token>{};
      },
      [closed](close_atom, caf::timespan) mutable -> caf::result<void> {
        closed.set();
        return caf::delegated<void>{};
      },
    };
  });
  return closable_token_source{hdl};
}

} // namespace

// -- stop and close -----------------------------------------------------------

TEST_CASE("stop ends all bearers of a family at once", "[family][I14]") {
  family_scene s;
  auto waiting = s.fetch("one");
  const auto held = s.get("two");
  s.family.stop();
  CHECK(s.refusal("one") == errc::stopped);
  CHECK(s.refusal("three") == errc::stopped);
  CHECK(s.made("three") == 0);
  s.time.settle();
  CHECK(waiting.error() == errc::stopped);
  CHECK(s.fetch("one").error() == errc::stopped);
  CHECK(test::fetch(held).answers() == 0);
  s.time.settle();
  CHECK(s.time.timers() == 0);
  CHECK(s.status().size() == 0);
  CHECK(s.status().evicted == 2);
  CHECK(s.source("one").closings().empty());
  s.family.stop();
  s.time.settle();
  CHECK(s.refusal("one") == errc::stopped);
}

TEST_CASE("a handle of a stopped family answers that it was stopped",
          "[family][I14]") {
  family_scene s;
  s.script = for_ever;
  const auto held = s.get("one");
  CHECK(s.fetch("one").done());
  s.family.stop();
  auto late = test::fetch(held);
  s.time.settle();
  CHECK(late.error() == errc::stopped);
}

TEST_CASE("close gives the bearers of a family their grace together",
          "[family][I14]") {
  family_scene s;
  auto waiting = s.fetch("one");
  auto hopeless = s.fetch("two");
  s.touch("three");
  const auto done = s.close(10s);
  CHECK(s.refusal("one") == errc::stopped);
  CHECK_FALSE(*done);
  CHECK(s.source("three").closings().size() == 1);
  s.time.advance(2s);
  s.source("one").answer(0, make_token("in-time"));
  s.time.settle();
  CHECK(text(waiting.value()) == "in-time");
  CHECK(s.source("one").closings().size() == 1);
  CHECK_FALSE(*done);
  s.time.advance(8s);
  CHECK(*done);
  CHECK(hopeless.answers() == 1);
  CHECK(s.source("two").closings().size() == 1);
  CHECK(*s.close(1h));
}

TEST_CASE("closing an empty family is done at once", "[family][I14]") {
  family_scene s;
  CHECK(*s.close(1h));
}

TEST_CASE("stop cuts the graces of a family short", "[family][I14]") {
  family_scene s;
  s.touch("one");
  s.source("one").never_closes();
  const auto done = s.close(1h);
  CHECK_FALSE(*done);
  s.family.stop();
  s.time.settle();
  CHECK(*done);
  CHECK(s.time.timers() == 0);
}

TEST_CASE("stop cuts the grace of a bearer short that somebody holds",
          "[family][I14]") {
  family_scene s;
  const auto held = s.get("one");
  auto waiting = s.fetch("one");
  const auto done = s.close(1h);
  CHECK(waiting.answers() == 0);
  s.family.stop();
  s.time.settle();
  CHECK(*done);
  CHECK(waiting.error() == errc::stopped);
  CHECK(s.time.timers() == 0);
}

TEST_CASE("a family that goes while it closes leaves bearers to their holders",
          "[family][lifetime]") {
  family_scene s;
  const auto held = s.get("one");
  auto waiting = s.fetch("one");
  const auto done = s.close(1h);
  s.family = family{};
  s.time.settle();
  CHECK(*done);
  s.source("one").answer(0, make_token("in-time"));
  s.time.settle();
  CHECK(text(waiting.value()) == "in-time");
}

TEST_CASE("closing a family that was stopped is done at once",
          "[family][I14]") {
  family_scene s;
  s.touch("one");
  s.family.stop();
  s.time.settle();
  CHECK(*s.close(1h));
}

TEST_CASE("who closes the bearers of a family leaves nothing behind",
          "[family][lifetime]") {
  family_scene s;
  s.touch("one");
  auto closer = caf::weak_actor_ptr{};
  s.time.sys().spawn([&closer, f = s.family](caf::event_based_actor* self) {
    f.close(self, 1h).then([&closer, self] {
      closer = caf::actor_cast<caf::weak_actor_ptr>(self->current_sender());
    });
  });
  s.time.settle();
  REQUIRE(closer.get() != nullptr);
  CHECK(closer.get()->weak_refs == 1);
}

TEST_CASE("threads that are no actors close a family and ask for its status",
          "[family]") {
  real_system real;
  auto f = *spawn_family(real.sys, [&](const std::string& key) {
    return static_source(real.sys, key);
  });
  CHECK(secret_of(f.fetch("one")) == "one");
  CHECK(secret_of(f.fetch("two")) == "two");
  CHECK(f.status().size() == 2);
  CHECK(f.status().bearers.at("one").fetches.total() == 1);
  f.close(30s);
  CHECK(error_of(f.fetch("one")) == errc::stopped);
  CHECK(f.status().size() == 0);
  CHECK(f.status().evicted == 2);
}

// -- nothing is left ----------------------------------------------------------

TEST_CASE("after the last copy of a family no actor and no timer is left",
          "[family][lifetime]") {
  virtual_time time;
  time.settle();
  const auto before = time.running();
  const auto enter = std::vector<std::function<void(const family&)>>{
    [](const family&) { /* never used */ },
    [](const family& f) { (void)f.get("one"); },
    [](const family& f) { f.get("one")->prefetch(); },
    [](const family& f) { test::fetch(*f.get("one")); },
    [&](const family& f) {
      f.get("one")->prefetch();
      // Has been let go, and its close waits for the attempt.
      time.advance(126s);
      CHECK(f.get("two"));
    },
    [&](const family& f) {
      (void)f.get("one");
      // Has been let go, and waits for its source.
      time.advance(126s);
    },
    [](const family& f) { f.stop(); },
    [&](const family& f) {
      (void)f.get("one");
      time.sys().spawn([f = family{f}](caf::event_based_actor* self) mutable {
        std::exchange(f, family{}).close(self, 1h).then([] {});
      });
    },
  };
  for (std::size_t i = 0; i < enter.size(); ++i) {
    CAPTURE(i);
    {
      auto settings = exact_family();
      settings.renewal.refresh_request_timeout = 1h;
      auto f
        = *spawn_family(time.sys(),
                        [&](const std::string&) -> caf::expected<any_source> {
                          return deaf_source(time.sys(), {}, {});
                        },
                        settings, {"f", {}, time.clock()});
      enter[i](f);
      time.settle();
    }
    time.settle();
    CHECK(time.running() == before);
    CHECK(time.timers() == 0);
  }
}

TEST_CASE("bearers that are let go leave no actor behind", "[family]") {
  virtual_time time;
  auto f = *spawn_family(time.sys(),
                         [&](const std::string& key) {
                           return static_source(time.sys(), key);
                         },
                         exact_family(), {"f", {}, time.clock()});
  time.settle();
  const auto before = time.running();
  for (int i = 0; i < 100; ++i)
    f.get("key-" + std::to_string(i))->prefetch();
  time.settle();
  CHECK(time.running() > before);
  time.advance(125s);
  CHECK(time.running() == before);
  // That of the family itself.
  CHECK(time.timers() == 1);
}

TEST_CASE("a bearer outlives its family with whoever has a handle",
          "[family][lifetime]") {
  family_scene s;
  s.script = for_ever;
  const auto held = s.get("one");
  s.family = family{};
  s.time.settle();
  auto late = test::fetch(held);
  s.time.settle();
  CHECK(text(late.value()) == "for-ever");
}

TEST_CASE("a fetch that waits ends with its family", "[family][lifetime]") {
  family_scene s;
  auto waiting = s.fetch("one");
  s.family = family{};
  s.time.settle();
  CHECK(waiting.error() == errc::stopped);
}

// -- the end of the actor system ----------------------------------------------

TEST_CASE("an actor system ends within a second with a family never used",
          "[family][shutdown]") {
  CHECK(time_to_end([](caf::actor_system& sys) {
          auto f = *spawn_family(sys, [&](const std::string&) {
            return ready_source(sys, make_token("abc"));
          });
        })
        < 1s);
}

TEST_CASE("an actor system ends within a second with a family at work",
          "[family][shutdown]") {
  CHECK(time_to_end([](caf::actor_system& sys) {
          signal called;
          auto f = *spawn_family(
            sys, [&](const std::string& key) -> caf::expected<any_source> {
              return key == "silent" ? silent_source(sys, called)
                                     : ready_source(sys, expiring_token());
            });
          CHECK(f.fetch("one"));
          (void)f.get("two");
          f.get("silent")->prefetch();
          CHECK(called.wait());
        })
        < 1s);
}

TEST_CASE("an actor system ends within a second while evicted bearers close",
          "[family][shutdown]") {
  auto settings = family_settings{};
  settings.max_size = 1;
  settings.renewal.refresh_request_timeout = 1h;
  CHECK(time_to_end([&](caf::actor_system& sys) {
          signal called;
          signal closed;
          auto f = *spawn_family(
            sys,
            [&](const std::string&) -> caf::expected<any_source> {
              return deaf_source(sys, called, closed);
            },
            settings);
          (void)f.get("one");
          CHECK(f.get("two"));
          CHECK(closed.wait());
        })
        < 1s);
}

TEST_CASE("an actor system ends within a second after stop and after close",
          "[family][shutdown]") {
  CHECK(time_to_end([&](caf::actor_system& sys) {
          auto make = [&](const std::string&) {
            return ready_source(sys, expiring_token());
          };
          auto stopped = *spawn_family(sys, make);
          CHECK(stopped.fetch("one"));
          stopped.stop();
          auto closed = *spawn_family(sys, make);
          CHECK(closed.fetch("one"));
          closed.close(30s);
        })
        < 1s);
}
