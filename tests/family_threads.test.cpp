#include <bearer/family.hpp>
#include <bearer/source/function_source.hpp>
#include <bearer/source/static_source.hpp>

#include "support/real_sources.hpp"

#include <caf/event_based_actor.hpp>

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <functional>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

#include <pthread.h>

using namespace bearer;
using namespace bearer::test;
using namespace std::chrono_literals;

namespace {

using counter = std::atomic<int>;

/// Runs `f(i)` in `n` threads that begin together.
void in_threads(int n, const std::function<void(int)>& f) {
  signal start;
  auto threads = std::vector<std::thread>{};
  for (int i = 0; i < n; ++i)
    threads.emplace_back([&f, start, i] {
      start.wait();
      f(i);
    });
  start.set();
  for (auto& x : threads)
    x.join();
}

/// Counts its closings.
any_source closable_source(caf::actor_system& sys, counter& closings) {
  auto hdl = sys.spawn([&closings](closable_token_source::pointer)
                         -> closable_token_source::behavior_type {
    return {
      [](fetch_atom, const attempt&) -> caf::result<token> {
        return make_token("abc");
      },
      [&closings](close_atom, caf::timespan) { ++closings; },
    };
  });
  return closable_token_source{hdl};
}

/// Waits until `x` has this value.
bool reaches(const counter& x, int value) {
  const auto end = std::chrono::steady_clock::now() + patience;
  while (x < value)
    if (std::chrono::steady_clock::now() > end)
      return false;
  return x == value;
}

} // namespace

TEST_CASE("a cold herd of threads and actors over one key is one source call",
          "[family][I1]") {
  constexpr auto threads = 8;
  constexpr auto rounds = 1'000;
  constexpr auto actors = 1'000;
  counter made = 0;
  counter calls = 0;
  counter answers = 0;
  counter failures = 0;
  real_system real;
  auto f = *spawn_family(real.sys, [&](const std::string&) {
    ++made;
    return function_source(real.sys, [&calls] {
      ++calls;
      return make_token("abc");
    });
  });
  in_threads(threads + 1, [&](int i) {
    if (i == threads) {
      for (int n = 0; n < actors; ++n)
        real.sys.spawn([&, f](caf::event_based_actor* self) {
          f.fetch(self, "key")
            .then([&answers](const token&) { ++answers; },
                  [&failures](const caf::error&) { ++failures; });
        });
      return;
    }
    for (int n = 0; n < rounds; ++n)
      ++(f.fetch("key") ? answers : failures);
  });
  CHECK(reaches(answers, threads * rounds + actors));
  CHECK(failures == 0);
  CHECK(made == 1);
  CHECK(calls == 1);
  CHECK(f.status().created == 1);
}

TEST_CASE("a slow factory is called once and keeps nobody from other keys",
          "[family]") {
  constexpr auto threads = 8;
  signal called;
  signal release;
  counter made = 0;
  counter same = 0;
  real_system real;
  auto f = *spawn_family(real.sys, [&](const std::string& key) {
    if (key == "slow") {
      ++made;
      called.set();
      release.wait();
    }
    return static_source(real.sys, key);
  });
  in_threads(threads + 1, [&](int i) {
    if (i < threads) {
      same += secret_of(f.fetch("slow")) == "slow";
      return;
    }
    CHECK(called.wait());
    CHECK(secret_of(f.fetch("quick")) == "quick");
    CHECK(f.status().size() == 1);
    release.set();
  });
  CHECK(same == threads);
  CHECK(made == 1);
}

TEST_CASE("those who wait for a factory get its error, and then it is tried "
          "again",
          "[family]") {
  constexpr auto threads = 8;
  counter made = 0;
  counter failures = 0;
  real_system real;
  auto f = *spawn_family(real.sys,
                         [&](const std::string&) -> caf::expected<any_source> {
                           ++made;
                           throw std::runtime_error("out of order");
                         });
  in_threads(threads, [&](int) {
    failures += error_of(f.get("key")) == errc::source_failed;
  });
  CHECK(failures == threads);
  CHECK(made >= 1);
  const auto so_far = made.load();
  CHECK_FALSE(f.get("key"));
  CHECK(made == so_far + 1);
}

TEST_CASE("a family that stops while a factory runs takes no bearer in",
          "[family][I14]") {
  signal called;
  signal release;
  counter closings = 0;
  real_system real;
  auto f = *spawn_family(real.sys,
                         [&](const std::string&) -> caf::expected<any_source> {
                           called.set();
                           release.wait();
                           return closable_source(real.sys, closings);
                         });
  auto late
    = std::thread{[&] { CHECK(error_of(f.fetch("key")) == errc::stopped); }};
  CHECK(called.wait());
  SECTION("stopped") {
    f.stop();
    release.set();
    late.join();
  }
  SECTION("closed") {
    f.close(30s);
    release.set();
    late.join();
    // Nobody else would close it.
    CHECK(reaches(closings, 1));
  }
  CHECK(f.status().created == 0);
}

TEST_CASE("ten thousand keys have ten thousand bearers", "[family]") {
  constexpr auto threads = 4;
  constexpr auto keys = 10'000;
  counter made = 0;
  counter right = 0;
  real_system real;
  auto f = *spawn_family(real.sys, [&](const std::string& key) {
    ++made;
    return static_source(real.sys, key);
  });
  in_threads(threads, [&](int i) {
    for (int n = i; n < keys; n += threads) {
      const auto key = "key-" + std::to_string(n);
      right += secret_of(f.fetch(key)) == key;
    }
  });
  CHECK(right == keys);
  CHECK(made == keys);
  const auto status = f.status();
  CHECK(status.size() == keys);
  CHECK(status.created == keys);
  CHECK(status.evicted == 0);
  auto once = 0;
  for (const auto& [key, one] : status.bearers)
    once += one.attempts == 1 && one.fetches.total() == 1;
  CHECK(once == keys);
  // No room for another, but in the place of one that nobody has.
  CHECK(secret_of(f.fetch("another")) == "another");
  CHECK(f.status().size() == keys);
}

TEST_CASE("threads that fight for few places lose no fetch and leak no source",
          "[family]") {
  constexpr auto threads = 4;
  constexpr auto rounds = 5'000;
  constexpr auto keys = 12;
  counter made = 0;
  counter closings = 0;
  counter answers = 0;
  counter refused = 0;
  counter others = 0;
  real_system real;
  auto settings = family_settings{};
  settings.max_size = 4;
  settings.idle_time = 1ms;
  auto f = *spawn_family(
    real.sys,
    [&](const std::string&) -> caf::expected<any_source> {
      ++made;
      return closable_source(real.sys, closings);
    },
    settings);
  in_threads(threads, [&](int i) {
    for (int n = 0; n < rounds; ++n) {
      const auto key = std::to_string((n * (2 * i + 1) + i) % keys);
      if (n % 3 == 0) {
        // Not held by anybody while it waits.
        real.sys.spawn([&, f, key](caf::event_based_actor* self) {
          f.fetch(self, key).then([&](const token&) { ++answers; },
                                  [&](const caf::error& err) {
                                    ++(err == errc::family_full ? refused
                                                                : others);
                                  });
        });
        continue;
      }
      auto got = f.fetch(key);
      ++(got ? answers : got.error() == errc::family_full ? refused : others);
    }
  });
  const auto end = std::chrono::steady_clock::now() + patience;
  while (answers + refused + others < threads * rounds
         && std::chrono::steady_clock::now() < end) {
    // Answers to actors are on their way.
  }
  CHECK(others == 0);
  CHECK(answers + refused == threads * rounds);
  CHECK(answers > 0);
  auto status = f.status();
  CHECK(status.size() <= 4);
  f.close(30s);
  CHECK(reaches(closings, made));
  status = f.status();
  CHECK(status.created == status.evicted);
}

TEST_CASE("a factory that ends its thread leaves nobody waiting", "[family]") {
  signal inside;
  signal go_on;
  std::atomic<int> made = 0;
  real_system real;
  auto f = *spawn_family(real.sys, [&](const std::string& key) {
    if (++made == 1) {
      inside.set();
      go_on.wait();
      pthread_exit(nullptr);
    }
    return static_source(real.sys, key);
  });
  auto maker = std::thread{[&] { std::ignore = f.get("key"); }};
  REQUIRE(inside.wait());
  auto waiting = std::async(std::launch::async, [&] { return f.get("key"); });
  go_on.set();
  maker.join();
  const auto got = waiting.get();
  // Whether it waited for the first one, or was late and made its own.
  CHECK((got || got.error() == errc::source_failed));
  CHECK(f.fetch("key"));
}

TEST_CASE("a bearer that has just answered makes room for the next key",
          "[family]") {
  constexpr auto rounds = 1'000;
  auto refused = 0;
  real_system real;
  auto settings = family_settings{};
  settings.max_size = 1;
  auto f = *spawn_family(
    real.sys,
    [&](const std::string& key) { return static_source(real.sys, key); },
    settings);
  for (int n = 0; n < rounds; ++n)
    refused += !f.fetch(std::to_string(n % 2));
  // A processor that others keep busy for long is no reason to fail.
  CHECK(refused < rounds / 10);
}
