#include <bearer/internal/alarm.hpp>
#include <bearer/internal/alarm_clock.hpp>

#include "support/scene.hpp"
#include "support/virtual_time.hpp"

#include <caf/actor_clock.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

using namespace bearer;
using namespace bearer::test;
using namespace std::chrono_literals;
using internal::alarm_clock;

namespace {

/// An actor that keeps a list of what it was sent.
struct diary {
  explicit diary(caf::actor_system& sys)
    : owner(sys.spawn(
      [](caf::event_based_actor*) { return caf::behavior{[](int) {}}; })) {
    // nop
  }

  caf::action note(int what) {
    return caf::make_action([this, what] { entries.push_back(what); });
  }

  caf::weak_actor_ptr whom() const {
    return caf::actor_cast<caf::weak_actor_ptr>(owner);
  }

  std::vector<int> entries;
  caf::actor owner;
};

/// An alarm clock on virtual time.
struct bedroom {
  alarm_clock::key set(caf::timespan after, int what) {
    return clock->set(time.sys().clock().now() + after, who.whom(),
                      who.note(what));
  }

  virtual_time time;
  std::shared_ptr<alarm_clock> clock = alarm_clock::of(time.sys());
  diary who{time.sys()};
};

/// CAF's clock, of which a timer may run, and more happen, before whoever has
/// set it goes on.
struct hasty_clock : caf::actor_clock {
  time_point now() const noexcept override {
    return time_point{} + 1h;
  }

  // What CAF 0.18.7 asks for.
  caf::disposable schedule_periodically(time_point when, caf::action what,
                                        duration_type) {
    return schedule(when, std::move(what));
  }

  caf::disposable schedule(time_point, caf::action what) {
    auto first = std::exchange(meanwhile, nullptr);
    if (first) {
      what.run();
      first();
    }
    timers.push_back(what);
    return what.as_disposable();
  }

  /// Runs all that have been set, unless they are disposed.
  void run() {
    for (auto& timer : std::exchange(timers, {}))
      timer.run();
  }

  std::function<void()> meanwhile;
  std::vector<caf::action> timers;
};

} // namespace

TEST_CASE("timers run at their time, in its order, and once") {
  bedroom b;
  b.set(3s, 3);
  b.set(1s, 1);
  b.set(2s, 2);
  b.set(2s, 22);
  CHECK(b.time.timers() == 1);
  b.time.advance(1s - 1ns);
  CHECK(b.who.entries.empty());
  b.time.advance(1ns);
  CHECK(b.who.entries == std::vector{1});
  b.time.advance(1s);
  CHECK(b.who.entries == std::vector{1, 2, 22});
  b.time.advance(1h);
  CHECK(b.who.entries == std::vector{1, 2, 22, 3});
  CHECK(b.time.timers() == 0);
}

TEST_CASE("a timer that is forgotten does not run, and the others do") {
  bedroom b;
  const auto first = b.set(1s, 1);
  const auto second = b.set(2s, 2);
  const auto third = b.set(3s, 3);
  b.clock->clear(first);
  b.clock->clear(third);
  b.time.advance(2s);
  CHECK(b.who.entries == std::vector{2});
  CHECK(b.time.timers() == 0);
  // It has run already.
  b.clock->clear(second);
  b.set(1s, 4);
  b.time.advance(1s);
  CHECK(b.who.entries == std::vector{2, 4});
}

TEST_CASE("with the last timer CAF's clock is left alone") {
  bedroom b;
  const auto one = b.set(1s, 1);
  const auto other = b.set(2s, 2);
  b.clock->clear(one);
  b.clock->clear(other);
  CHECK(b.time.timers() == 0);
}

TEST_CASE("a timer that comes before all others is not late") {
  bedroom b;
  b.set(1h, 60);
  b.time.advance(1min);
  b.set(1min, 2);
  b.time.advance(1min);
  CHECK(b.who.entries == std::vector{2});
  b.time.advance(58min);
  CHECK(b.who.entries == std::vector{2, 60});
}

TEST_CASE("a timer may be set for a time that has passed") {
  bedroom b;
  b.set(-1s, 1);
  b.time.advance(0s);
  CHECK(b.who.entries == std::vector{1});
}

TEST_CASE("a timer keeps no actor alive") {
  bedroom b;
  b.set(1s, 1);
  b.who.owner = nullptr;
  b.time.settle();
  CHECK(b.time.running() == 0);
  b.time.advance(1s);
  CHECK(b.who.entries.empty());
}

TEST_CASE("bearers of one actor system have one timer of CAF's") {
  virtual_time time;
  auto source = scripted_source{time.sys()};
  source.replies_with(make_token("secret", time.wall(), 1h));
  auto bearers = std::vector<handle>{};
  for (auto i = 0; i < 20; ++i) {
    bearers.push_back(
      *spawn(time.sys(), source.actor(), exact(), {"", {}, time.clock()}));
    bearers.back().prefetch();
    time.advance(1s);
  }
  CHECK(source.calls().size() == 20);
  CHECK(time.timers() == 1);
  while (!bearers.empty()) {
    bearers.back().stop();
    bearers.pop_back();
  }
  time.settle();
  CHECK(time.timers() == 0);
}

TEST_CASE(
  "each actor system has an alarm clock of its own, also one that takes "
  "the place of another in memory") {
  caf::actor_system_config cfg;
  auto there = std::optional<caf::actor_system>{};
  there.emplace(cfg);
  // As bearers do that an actor system does not wait for.
  auto old = alarm_clock::of(*there);
  CHECK(alarm_clock::of(*there) == old);
  virtual_time other;
  CHECK(alarm_clock::of(other.sys()) != old);
  there.reset();
  there.emplace(cfg);
  CHECK(alarm_clock::of(*there) != old);
  there.reset();
  old = nullptr;
}

TEST_CASE("an alarm clock ends with those who use it") {
  virtual_time time;
  auto clock = alarm_clock::of(time.sys());
  const auto weak = std::weak_ptr{clock};
  clock = nullptr;
  CHECK(weak.expired());
}

TEST_CASE("a timer that has run before it is set takes no other one along") {
  virtual_time time;
  auto who = diary{time.sys()};
  auto caf_clock = hasty_clock{};
  const auto clock = std::make_shared<alarm_clock>(caf_clock, who.owner);
  const auto when = caf_clock.now();
  caf_clock.meanwhile = [&] {
    time.settle();
    clock->set(when, who.whom(), who.note(2));
  };
  clock->set(when, who.whom(), who.note(1));
  time.settle();
  CHECK(who.entries == std::vector{1});
  caf_clock.run();
  time.settle();
  CHECK(who.entries == std::vector{1, 2});
}

TEST_CASE("threads that set and forget timers lose none") {
  constexpr auto each = 20'000;
  caf::actor_system_config cfg;
  caf::actor_system sys{cfg};
  const auto clock = alarm_clock::of(sys);
  auto left = std::atomic<int>{4 * each};
  auto wrong = std::atomic<int>{0};
  auto done = std::promise<void>{};
  const auto who = sys.spawn(
    [](caf::event_based_actor*) { return caf::behavior{[](int) {}}; });
  const auto whom = caf::actor_cast<caf::weak_actor_ptr>(who);
  auto count = [&] {
    if (--left == 0)
      done.set_value();
  };
  auto forbidden = [&] { ++wrong; };
  {
    auto threads = std::vector<std::jthread>{};
    for (auto t = 0; t < 4; ++t)
      threads.emplace_back([&] {
        for (auto i = 0; i < each; ++i) {
          const auto now = sys.clock().now();
          const auto forgotten = clock->set(now + 1h, whom,
                                            caf::make_action(forbidden));
          // Also for one and the same time, which has passed.
          const auto when = i % 2 == 0 ? now + 100us * (i % 10)
                                       : internal::steady_time{};
          clock->set(when, whom, caf::make_action(count));
          clock->clear(forgotten);
        }
      });
  }
  CHECK(done.get_future().wait_for(1min) == std::future_status::ready);
  CHECK(wrong == 0);
}
