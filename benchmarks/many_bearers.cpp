// What do a hundred thousand bearers cost, each of which renews its token once
// a minute?

#include "support/memory.hpp"
#include "support/sequence.hpp"
#include "support/world.hpp"

#include <caf/stateful_actor.hpp>

#include <benchmark/benchmark.h>

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include <sys/resource.h>

namespace bearer::bench {

constexpr auto population = std::size_t{100'000};
constexpr auto period = std::chrono::seconds{60};

/// Enough to spawn them all before the first is due.
constexpr auto spawn_time = std::chrono::seconds{10};

/// How long to look at them.
constexpr auto window = std::chrono::seconds{10};

/// When the one with this number is due first, so that they spread evenly.
std::chrono::nanoseconds first_due(std::size_t number) {
  return spawn_time + std::chrono::nanoseconds{period} / population * number;
}

double cpu_seconds() {
  auto usage = rusage{};
  getrusage(RUSAGE_SELF, &usage);
  auto seconds = [](const timeval& x) {
    return static_cast<double>(x.tv_sec) + static_cast<double>(x.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

/// Of all in a second, and of each in memory.
struct needs {
  double cpu;
  double bytes;
  double renewals;
};

using counter = std::atomic<std::uint64_t>;

/// Spawns all and looks at them for a while.
template <class SpawnOne>
needs look_at(const counter& renewals, SpawnOne spawn_one) {
  auto all = std::vector<decltype(spawn_one(std::size_t{}))>{};
  all.reserve(population);
  const auto start = stop_watch::now();
  const auto before = heap_in_use();
  for (std::size_t i = 0; i < population; ++i)
    all.push_back(spawn_one(i));
  std::this_thread::sleep_until(start + spawn_time);
  const auto memory = static_cast<double>(heap_in_use() - before);
  const auto cpu = cpu_seconds();
  const auto done = renewals.load();
  std::this_thread::sleep_for(window);
  const auto seconds = std::chrono::duration<double>{window}.count();
  return {(cpu_seconds() - cpu) / seconds, memory / population,
          static_cast<double>(renewals - done) / seconds};
}

// -- plain actors -------------------------------------------------------------

/// Stands for the refresher: at each period asks the source, and tells the
/// cache.
class bare_refresher {
public:
  bare_refresher(caf::event_based_actor* self, bare_actor source,
                 bare_actor cache, std::chrono::nanoseconds first)
    : self_(self), source_(std::move(source)), cache_(std::move(cache)) {
    schedule(first);
  }

  caf::behavior make_behavior() {
    return {[](int x) { return x; }};
  }

private:
  void schedule(std::chrono::nanoseconds after) {
    timer_ = detail::schedule(self_, self_->clock().now() + after, [this] {
      ask<int>(source_, 1)(self_, [this] {
        detail::anon_mail(cache_, 1);
        schedule(period);
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

needs look_at_bare_actors() {
  world w;
  auto renewals = counter{0};
  const auto source = bare_actor{w.sys.spawn(bare_source, &renewals)};
  return look_at(renewals, [&](std::size_t i) {
    auto cache = w.bare();
    using impl = caf::stateful_actor<bare_refresher>;
    auto refresher = w.sys.spawn<impl>(source, cache, first_due(i));
    return bare_pair{cache, caf::actor_cast<caf::actor>(refresher)};
  });
}

// -- bearers ------------------------------------------------------------------

/// Brings a new token each time, and says when to look again.
token_source::behavior_type counting_source(token_source::pointer,
                                            counter* calls) {
  return {
    [=, spawned = std::size_t{0}](fetch_atom, const attempt& what) mutable {
      auto result = token{};
      result.access_token = secret{"token-" + std::to_string(++*calls)};
      result.refresh_after = what.reason == attempt_reason::first
                               ? first_due(spawned++)
                               : std::chrono::nanoseconds{period};
      return result;
    }};
}

needs look_at_bearers() {
  world w;
  auto renewals = counter{0};
  const auto source = token_source{w.sys.spawn(counting_source, &renewals)};
  auto settings = renewal_settings{};
  settings.retry_jitter = 0;
  return look_at(renewals, [&](std::size_t) {
    auto result = spawn(w.sys, any_source{source}, settings).value();
    result.prefetch();
    return result;
  });
}

// -- both ---------------------------------------------------------------------

/// Compared with bare actors of which one in two has a timer.
void bearers(benchmark::State& state) {
  for (auto _ : state) {
    const auto bare = look_at_bare_actors();
    const auto ours = look_at_bearers();
    state.SetIterationTime(ours.cpu);
    state.counters["compared"] = bare.cpu;
    state.counters["bytes"] = ours.bytes;
    state.counters["compared_bytes"] = bare.bytes;
    state.counters["renewals"] = ours.renewals;
    state.counters["compared_renewals"] = bare.renewals;
  }
}

// Takes a minute.
BENCHMARK(bearers)->UseManualTime()->Iterations(1)->Repetitions(3);

} // namespace bearer::bench
