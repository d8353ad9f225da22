#include <bearer/receiver.hpp>
#include <bearer/source/function_source.hpp>

#include "support/real_time.hpp"
#include "support/scene.hpp"

#include <caf/actor_registry.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/exit_reason.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <catch2/catch_test_macros.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <vector>

using namespace bearer;
using namespace bearer::test;
using namespace std::chrono_literals;

namespace {

// -- sources ------------------------------------------------------------------

/// Never answers, without keeping promises, which would pin it on CAF 1.x.
any_source silent_source(caf::actor_system& sys, signal called) {
  auto hdl = sys.spawn([called](
                         token_source::pointer) -> token_source::behavior_type {
    return {[called](fetch_atom, const attempt&) mutable -> caf::result<token> {
      called.set();
      // Says that somebody else will answer.
      return caf::delegated<token>{};
    }};
  });
  return token_source{hdl};
}

/// Answers every call with this.
any_source ready_source(caf::actor_system& sys, caf::expected<token> answer) {
  auto hdl
    = sys.spawn([answer](token_source::pointer) -> token_source::behavior_type {
        return {[answer](fetch_atom, const attempt&) -> caf::result<token> {
          if (!answer)
            return answer.error();
          return *answer;
        }};
      });
  return token_source{hdl};
}

token expiring_token() {
  return make_token("expiring", caf::make_timestamp(), 1h);
}

// -- waiting for events -------------------------------------------------------

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

/// Waits until `n` fetches wait inside the bearer.
bool wait_for_waiters(const handle& bearer, std::uint64_t n) {
  const auto end = std::chrono::steady_clock::now() + patience;
  while (bearer.status().waiters < n)
    if (std::chrono::steady_clock::now() > end)
      return false;
  return true;
}

/// Runs `f` in an actor system and measures the end of the system.
std::chrono::steady_clock::duration
time_to_end(const std::function<void(caf::actor_system&)>& f) {
  auto real = std::make_unique<real_system>();
  f(real->sys);
  return time_of([&] { real.reset(); });
}

/// A promise for the end of an actor.
template <class Handle>
signal end_of(const Handle& hdl) {
  auto result = signal{};
  hdl->attach_functor([result](const caf::error&) mutable { result.set(); });
  return result;
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

/// The refresher, as the sender of delegated answers.
caf::actor refresher_of(const handle& bearer) {
  caf::scoped_actor self{bearer.actor().home_system()};
  auto result = caf::actor{};
  detail::mail(self.ptr(), status_atom_v)
    .request(bearer.actor(), patience)
    .receive(
      [&](const status&) {
        result = caf::actor_cast<caf::actor>(self->current_sender());
      },
      [](const caf::error&) { /* shows in the result */ });
  return result;
}

} // namespace

// -- the end of the actor system ----------------------------------------------

TEST_CASE("an actor system ends within a second with a bearer never started",
          "[lifetime]") {
  CHECK(time_to_end([](caf::actor_system& sys) {
          auto bearer = *spawn(sys, ready_source(sys, make_token("for-ever")));
        })
        < 1s);
}

TEST_CASE("an actor system ends within a second with a refresh pending",
          "[lifetime]") {
  CHECK(time_to_end([](caf::actor_system& sys) {
          auto bearer = *spawn(sys, ready_source(sys, expiring_token()));
          REQUIRE(bearer.fetch());
          REQUIRE(bearer.status().state == bearer_state::scheduled);
        })
        < 1s);
}

TEST_CASE("an actor system ends within a second with an attempt under way",
          "[lifetime]") {
  CHECK(time_to_end([](caf::actor_system& sys) {
          signal called;
          auto bearer = *spawn(sys, silent_source(sys, called));
          bearer.prefetch();
          REQUIRE(called.wait());
        })
        < 1s);
}

TEST_CASE("an actor system ends within a second in backoff", "[lifetime]") {
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
          "[lifetime]") {
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
          "[lifetime]") {
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
          "[lifetime]") {
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
          "[lifetime][I20]") {
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
          "[lifetime][I14]") {
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
          "[lifetime][I14]") {
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
          "[lifetime]") {
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
          "[lifetime][I7]") {
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
          "[lifetime]") {
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

// -- the last handle ----------------------------------------------------------

TEST_CASE("dropping the last handle ends every actor of the bearer",
          "[lifetime]") {
  real_system real;
  auto source = ready_source(real.sys, expiring_token());
  auto source_ended = end_of(source.fetcher());
  auto bearer = *spawn(real.sys, std::exchange(source, any_source{}));
  REQUIRE(bearer.fetch());
  auto copy = bearer;
  auto cache_ended = end_of(bearer.actor());
  auto refresher_ended = end_of(refresher_of(bearer));
  bearer = handle{};
  CHECK(copy.fetch());
  copy = handle{};
  CHECK(cache_ended.wait());
  CHECK(refresher_ended.wait());
  // Nobody else held the source.
  CHECK(source_ended.wait());
}

TEST_CASE("dropping the last handle during an attempt ends every actor",
          "[lifetime]") {
  real_system real;
  signal called;
  auto bearer = *spawn(real.sys, silent_source(real.sys, called));
  auto waiting = test::fetch(bearer);
  REQUIRE(called.wait());
  auto cache_ended = end_of(bearer.actor());
  auto refresher_ended = end_of(refresher_of(bearer));
  auto source_ended = end_of(bearer.wrapped());
  bearer = handle{};
  CHECK(cache_ended.wait());
  CHECK(refresher_ended.wait());
  CHECK(source_ended.wait());
}

TEST_CASE("after the last handle the number of actors is what it was before",
          "[lifetime]") {
  virtual_time time;
  scripted_source source{time.sys()};
  time.settle();
  const auto before = time.running();
  const auto enter = std::vector<std::function<void(handle&)>>{
    [](handle&) { /* never started */ },
    [&](handle& b) {
      source.replies_with(make_token("for-ever"));
      test::fetch(b);
    },
    [&](handle& b) {
      source.stays_silent();
      test::fetch(b);
      test::fetch(b, synchronous());
    },
    [&](handle& b) {
      source.replies_with(caf::make_error(errc::command_failed));
      test::fetch(b);
    },
    [&](handle& b) {
      source.stays_silent();
      test::fetch(b);
      detail::anon_mail(b.actor(), close_atom_v, caf::timespan{1h});
    },
    [&](handle& b) { b.stop(); },
  };
  for (std::size_t i = 0; i < enter.size(); ++i) {
    CAPTURE(i);
    {
      auto bearer = *spawn(time.sys(), source.actor(), exact(),
                           {"x", {}, time.clock()});
      event_log log{bearer};
      enter[i](bearer);
      time.settle();
      CHECK(time.running() > before);
    }
    time.settle();
    CHECK(time.running() == before);
    CHECK(time.timers() == 0);
  }
}

TEST_CASE("a bearer without handles is kept running by a living receiver",
          "[lifetime]") {
  real_system real;
  signal called;
  signal release;
  auto bearer = *spawn(real.sys, function_source(real.sys, [=]() mutable {
                         called.set();
                         release.wait();
                         return make_token("late");
                       }));
  auto receiver = bearer.receiver();
  bearer = handle{};
  caf::scoped_actor self{real.sys};
  auto pending = detail::mail(self.ptr(), fetch_atom_v, fetch_options{})
                   .request(receiver, patience);
  REQUIRE(called.wait());
  release.set();
  auto got = std::string{};
  std::move(pending).receive(
    [&](const token& tok) { got = std::string{tok.access_token.view()}; },
    [&](const caf::error& err) { got = to_string(err); });
  CHECK(got == "late");
}

TEST_CASE("a fetch that waits does not keep its receiver", "[lifetime]") {
  scene s;
  s.source.stays_silent();
  auto receiver = s.bearer.receiver();
  auto ended = end_of(receiver);
  auto waiting = test::fetch(s.time.sys(), receiver);
  s.time.settle();
  CHECK_FALSE(ended.is_set());
  receiver = nullptr;
  s.time.settle();
  CHECK(ended.is_set());
  // The caller gets its answer all the same.
  s.source.answer(0, make_token("late"));
  s.time.settle();
  CHECK(waiting.value().access_token.view() == "late");
}
