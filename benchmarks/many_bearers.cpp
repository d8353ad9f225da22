// What do up to a hundred thousand bearers cost, each of which renews its token
// once a minute?

#include "support/memory.hpp"
#include "support/sequence.hpp"
#include "support/world.hpp"

#include <caf/stateful_actor.hpp>

#include <benchmark/benchmark.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <sys/resource.h>

namespace bearer::bench {

constexpr auto period = std::chrono::seconds{60};

/// Enough to spawn them all before the first is due.
constexpr auto spawn_time = std::chrono::seconds{10};

/// How long to look at them.
constexpr auto window = std::chrono::seconds{10};

/// When they are due, evenly spread.
class schedule {
public:
  explicit schedule(std::size_t population) : population_(population) {
    // nop
  }

  std::size_t population() const {
    return population_;
  }

  /// When the one with this number is due first.
  stop_watch::time_point first(std::size_t number) const {
    const auto apart = std::chrono::nanoseconds{period} / population_;
    return start_ + spawn_time + apart * number;
  }

private:
  std::size_t population_;
  stop_watch::time_point start_ = stop_watch::now();
};

double cpu_seconds() {
  auto usage = rusage{};
  getrusage(RUSAGE_SELF, &usage);
  auto seconds = [](const timeval& x) {
    return static_cast<double>(x.tv_sec) + static_cast<double>(x.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

/// Seconds of the processor for a renewal and between one and the next, and the
/// memory of each.
struct needs {
  double cpu;
  double apart;
  double bytes;
};

using counter = std::atomic<std::uint64_t>;

/// Spawns all and looks at them for a while.
template <class SpawnOne>
needs look_at(const schedule& plan, const counter& renewals,
              SpawnOne spawn_one) {
  auto all = std::vector<decltype(spawn_one(std::size_t{}))>{};
  all.reserve(plan.population());
  const auto memory = heap_in_use();
  while (all.size() < plan.population())
    all.push_back(spawn_one(all.size()));
  std::this_thread::sleep_until(plan.first(0));
  const auto taken = static_cast<double>(heap_in_use() - memory);
  const auto cpu = cpu_seconds();
  const auto before = renewals.load();
  std::this_thread::sleep_for(window);
  const auto spent = cpu_seconds() - cpu;
  const auto done = static_cast<double>(renewals - before);
  const auto seconds = std::chrono::duration<double>{window}.count();
  return {spent / done, seconds / done,
          taken / static_cast<double>(plan.population())};
}

// -- plain actors -------------------------------------------------------------

/// Stands for the refresher: at each period asks the source, and tells the
/// cache.
class bare_refresher {
public:
  bare_refresher(caf::event_based_actor* self, bare_actor source,
                 bare_actor cache, stop_watch::time_point first)
    : self_(self), source_(std::move(source)), cache_(std::move(cache)) {
    renew_at(first);
  }

  caf::behavior make_behavior() {
    return {[](int x) { return x; }};
  }

private:
  void renew_at(stop_watch::time_point when) {
    timer_ = detail::schedule(self_, when, [this] {
      ask<int>(source_, 1)(self_, [this] {
        detail::anon_mail(cache_, 1);
        renew_at(stop_watch::now() + period);
      });
    });
  }

  caf::event_based_actor* self_;
  bare_actor source_;
  bare_actor cache_;
  caf::disposable timer_;
};

struct bare_pair {
  bare_actor cache;
  caf::actor refresher;
};

bare_actor::behavior_type bare_source(bare_actor::pointer, counter* calls) {
  return {[=](int x) {
    ++*calls;
    return x;
  }};
}

needs look_at_bare_actors(std::size_t population) {
  world w;
  auto renewals = counter{0};
  const auto plan = schedule{population};
  const auto source = bare_actor{w.sys.spawn(bare_source, &renewals)};
  return look_at(plan, renewals, [&](std::size_t i) {
    auto cache = w.bare();
    using impl = caf::stateful_actor<bare_refresher>;
    auto refresher = w.sys.spawn<impl>(source, cache, plan.first(i));
    return bare_pair{cache, caf::actor_cast<caf::actor>(refresher)};
  });
}

// -- bearers ------------------------------------------------------------------

/// Brings a new token each time, and says when to look again.
token_source::behavior_type
planned_source(token_source::pointer, const schedule& plan, counter* calls) {
  return {
    [=, spawned = std::size_t{0}](fetch_atom, const attempt& what) mutable {
      auto result = token{};
      result.access_token = secret{"token-" + std::to_string(++*calls)};
      result.refresh_after = what.reason == attempt_reason::first
                               ? plan.first(spawned++) - stop_watch::now()
                               : std::chrono::nanoseconds{period};
      return result;
    }};
}

needs look_at_bearers(std::size_t population) {
  world w;
  auto renewals = counter{0};
  const auto plan = schedule{population};
  const auto source
    = token_source{w.sys.spawn(planned_source, plan, &renewals)};
  auto settings = renewal_settings{};
  settings.retry_jitter = 0;
  return look_at(plan, renewals, [&](std::size_t) {
    auto result = spawn(w.sys, any_source{source}, settings).value();
    result.prefetch();
    return result;
  });
}

// -- both ---------------------------------------------------------------------

/// Compared with pairs of bare actors, of which one has a timer.
void bearers(benchmark::State& state) {
  const auto population = static_cast<std::size_t>(state.range(0));
  for (auto _ : state) {
    const auto bare = look_at_bare_actors(population);
    const auto ours = look_at_bearers(population);
    state.SetIterationTime(ours.cpu);
    state.counters["compared"] = bare.cpu;
    state.counters["apart"] = ours.apart;
    state.counters["compared_apart"] = bare.apart;
    state.counters["bytes"] = ours.bytes;
    state.counters["compared_bytes"] = bare.bytes;
  }
}

// Each repetition takes forty seconds.
BENCHMARK(bearers)
  ->UseManualTime()
  ->Iterations(1)
  ->Repetitions(3)
  ->Arg(10'000)
  ->Arg(100'000);

} // namespace bearer::bench
