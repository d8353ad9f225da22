#include <bearer/receiver.hpp>
#include <bearer/source/function_source.hpp>

#include "support/client.hpp"
#include "support/eventually.hpp"
#include "support/real_sources.hpp"
#include "support/scene.hpp"
#include "support/time_of.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/exit_reason.hpp>
#include <caf/send.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <catch2/catch_test_macros.hpp>

#include <functional>
#include <memory>
#include <variant>
#include <vector>

using namespace bearer;
using namespace bearer::test;
using namespace std::chrono_literals;

namespace {

/// Spawns a listener that sets `seen` at the first event that `matches`.
event_listener listen(const handle& bearer, signal seen,
                      std::function<bool(const event&)> matches) {
  auto result = bearer.actor().home_system().spawn(
    [=](event_listener::pointer) -> event_listener::behavior_type {
      return {[=](const event& what) mutable {
        if (matches(what))
          seen.set();
      }};
    });
  detail::anon_mail(bearer.actor(), subscribe_atom_v, result);
  return result;
}

bool is_failure(const event& what) {
  const auto* ended = std::get_if<events::attempt_ended>(&what.what);
  return ended != nullptr && ended->how == events::outcome::failed;
}

/// Runs `f` in an actor system and measures the end of the system.
std::chrono::steady_clock::duration
time_to_end(const std::function<void(caf::actor_system&)>& f) {
  auto real = std::make_unique<real_system>();
  f(real->sys);
  return time_of([&] { real.reset(); });
}

/// Spawns an actor that fetches through `via` and holds it and the bearer while
/// it waits.
caf::actor spawn_holder(caf::actor_system& sys, const handle& bearer,
                        const receiver_actor& via) {
  return sys.spawn([=](caf::event_based_actor* self) {
    bearer::fetch(self, via).then([bearer, via](const token&) {},
                                  [bearer, via](const caf::error&) {});
  });
}

} // namespace

TEST_CASE("an actor system ends within a second with a bearer never started",
          "[shutdown]") {
  CHECK(time_to_end([](caf::actor_system& sys) {
          auto bearer = *spawn(sys, ready_source(sys, make_token("for-ever")));
        })
        < 1s);
}

TEST_CASE("an actor system ends within a second with a refresh pending",
          "[shutdown]") {
  CHECK(time_to_end([](caf::actor_system& sys) {
          auto bearer = *spawn(sys, ready_source(sys, expiring_token()));
          REQUIRE(bearer.fetch());
          REQUIRE(bearer.status().state == bearer_state::scheduled);
        })
        < 1s);
}

TEST_CASE("an actor system ends within a second with an attempt under way",
          "[shutdown]") {
  CHECK(time_to_end([](caf::actor_system& sys) {
          signal called;
          auto bearer = *spawn(sys, silent_source(sys, called));
          bearer.prefetch();
          REQUIRE(called.wait());
        })
        < 1s);
}

TEST_CASE("an actor system ends within a second in backoff", "[shutdown]") {
  CHECK(time_to_end([](caf::actor_system& sys) {
          auto settings = renewal_settings{};
          settings.initial_retry_timeout = 1min;
          signal failed;
          auto bearer
            = *spawn(sys,
                     ready_source(sys, caf::make_error(errc::command_failed)),
                     settings);
          auto listener = listen(bearer, failed, is_failure);
          bearer.prefetch();
          REQUIRE(failed.wait());
          REQUIRE(bearer.status().state == bearer_state::backoff);
        })
        < 1s);
}

TEST_CASE("an actor system ends within a second with waiters of all kinds",
          "[shutdown]") {
  auto waiting = std::vector<pending_fetch>{};
  CHECK(time_to_end([&](caf::actor_system& sys) {
          signal called;
          auto bearer = *spawn(sys, silent_source(sys, called));
          waiting.push_back(test::fetch(bearer));
          waiting.push_back(test::fetch(bearer, synchronous()));
          waiting.push_back(test::fetch(bearer, reporting()));
          waiting.push_back(test::fetch(bearer, forced()));
          REQUIRE(called.wait());
          REQUIRE(wait_for_waiters(bearer, 4));
        })
        < 1s);
  for (const auto& f : waiting)
    CHECK(f.error() == errc::stopped);
}

TEST_CASE("an actor system ends within a second with waiters in backoff",
          "[shutdown]") {
  auto waiting = std::vector<pending_fetch>{};
  CHECK(time_to_end([&](caf::actor_system& sys) {
          auto settings = renewal_settings{};
          settings.initial_retry_timeout = 1min;
          auto bearer
            = *spawn(sys,
                     ready_source(sys, caf::make_error(errc::command_failed)),
                     settings);
          waiting.push_back(test::fetch(bearer));
          waiting.push_back(test::fetch(bearer));
          REQUIRE(wait_for_waiters(bearer, 2));
        })
        < 1s);
  for (const auto& f : waiting)
    CHECK(f.error() == errc::stopped);
}

TEST_CASE("an actor system ends within a second while a function blocks",
          "[shutdown]") {
  signal called;
  signal release;
  signal returned;
  auto waiting = std::vector<pending_fetch>{};
  CHECK(time_to_end([&](caf::actor_system& sys) {
          auto source = function_source(sys, [=]() mutable {
            at_end guard{returned};
            called.set();
            release.wait();
            return make_token("late");
          });
          auto bearer = *spawn(sys, source);
          waiting.push_back(test::fetch(bearer));
          waiting.push_back(test::fetch(bearer, synchronous()));
          REQUIRE(called.wait());
          REQUIRE(wait_for_waiters(bearer, 2));
        })
        < 1s);
  CHECK_FALSE(returned.is_set());
  release.set();
  CHECK(returned.wait());
  for (const auto& f : waiting)
    CHECK(f.error() == errc::stopped);
}

TEST_CASE("an actor system ends within a second with subscribers alive",
          "[shutdown][I20]") {
  CHECK(time_to_end([](caf::actor_system& sys) {
          signal first;
          signal last;
          auto bearer = *spawn(sys, ready_source(sys, expiring_token()));
          auto one = listen(bearer, first, [](const event&) { return true; });
          auto other = listen(bearer, last, [](const event& what) {
            return std::holds_alternative<events::published>(what.what);
          });
          REQUIRE(bearer.fetch());
          REQUIRE(first.wait());
          REQUIRE(last.wait());
        })
        < 1s);
}

TEST_CASE("an actor system ends within a second while a bearer is being closed",
          "[shutdown][I14]") {
  CHECK(time_to_end([](caf::actor_system& sys) {
          signal called;
          auto bearer = *spawn(sys, silent_source(sys, called));
          bearer.prefetch();
          REQUIRE(called.wait());
          detail::anon_mail(bearer.actor(), close_atom_v, caf::timespan{1h});
          REQUIRE(bearer.status().state == bearer_state::closing);
        })
        < 1s);
}

TEST_CASE("an actor system ends within a second after stop and close",
          "[shutdown][I14]") {
  CHECK(time_to_end([](caf::actor_system& sys) {
          auto stopped = *spawn(sys, ready_source(sys, expiring_token()));
          REQUIRE(stopped.fetch());
          stopped.stop();
          auto closed = *spawn(sys, ready_source(sys, expiring_token()));
          REQUIRE(closed.fetch());
          closed.close(1s);
        })
        < 1s);
}

TEST_CASE("an actor system ends within a second with fetches in receivers",
          "[shutdown]") {
  auto waiting = std::vector<pending_fetch>{};
  CHECK(time_to_end([&](caf::actor_system& sys) {
          signal called;
          auto bearer = *spawn(sys, silent_source(sys, called));
          for (int i = 0; i < 100; ++i)
            waiting.push_back(test::fetch(sys, bearer.receiver()));
          REQUIRE(wait_for_waiters(bearer, 100));
        })
        < 1s);
  for (const auto& f : waiting)
    CHECK(f.error() == errc::stopped);
}

TEST_CASE("an actor system ends within a second after the callers were killed",
          "[shutdown][I7]") {
  CHECK(time_to_end([&](caf::actor_system& sys) {
          signal called;
          auto bearer = *spawn(sys, silent_source(sys, called));
          auto holders = std::vector<caf::actor>{};
          for (int i = 0; i < 10; ++i)
            holders.push_back(spawn_holder(sys, bearer, bearer.receiver()));
          REQUIRE(wait_for_waiters(bearer, 10));
          for (const auto& holder : holders)
            caf::anon_send_exit(holder, caf::exit_reason::kill);
        })
        < 1s);
}

TEST_CASE("callers that hold on keep the system up to their deadline at most",
          "[shutdown]") {
  // Their handles keep the bearer running, and waiting for it is their work.
  CHECK(time_to_end([](caf::actor_system& sys) {
          signal called;
          auto settings = renewal_settings{};
          settings.fetch_timeout = 300ms;
          auto bearer = *spawn(sys, silent_source(sys, called), settings);
          for (int i = 0; i < 10; ++i)
            spawn_holder(sys, bearer, bearer.receiver());
          REQUIRE(wait_for_waiters(bearer, 10));
        })
        < 300ms + 1s);
}
