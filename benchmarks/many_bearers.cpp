// What do a hundred thousand bearers cost, each of which renews its token once
// a minute?

#include "support/memory.hpp"
#include "support/sequence.hpp"
#include "support/world.hpp"

#include <caf/stateful_actor.hpp>

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include <sys/resource.h>

namespace bearer::bench {

constexpr auto population = std::size_t{100'000};
constexpr auto period = std::chrono::seconds{60};

/// How long to look at them.
constexpr auto window = std::chrono::seconds{10};

/// When the one with this number is due first, so that they spread evenly.
std::chrono::nanoseconds first_due(std::size_t number) {
  // Leaves time to spawn them all before the first is due.
  const auto start = std::chrono::seconds{10};
  return start + std::chrono::nanoseconds{period} / population * number;
}

double cpu_seconds() {
  auto usage = rusage{};
  getrusage(RUSAGE_SELF, &usage);
  auto seconds = [](const timeval& x) {
    return static_cast<double>(x.tv_sec) + static_cast<double>(x.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

/// Spawns all, and reports the memory of each and the processor time that all
/// need in a second.
template <class SpawnOne>
void measure(benchmark::State& state,
             const std::atomic<std::uint64_t>& renewals, SpawnOne spawn_one) {
  for (auto _ : state) {
    auto all = std::vector<decltype(spawn_one(std::size_t{}))>{};
    all.reserve(population);
    const auto start = stop_watch::now();
    const auto before = heap_in_use();
    for (std::size_t i = 0; i < population; ++i)
      all.push_back(spawn_one(i));
    std::this_thread::sleep_until(start + std::chrono::seconds{10});
    state.counters["bytes"] = static_cast<double>(heap_in_use() - before)
                              / population;
    const auto cpu = cpu_seconds();
    const auto done = renewals.load();
    std::this_thread::sleep_for(window);
    const auto spent = cpu_seconds() - cpu;
    state.SetIterationTime(spent);
    state.counters["renewals"] = static_cast<double>(renewals - done);
    all.clear();
  }
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

void bare_actors_with_a_timer(benchmark::State& state) {
  world w;
  auto renewals = std::atomic<std::uint64_t>{0};
  const auto source = bare_actor{
    w.sys.spawn([&](bare_actor::pointer) -> bare_actor::behavior_type {
      return {[&](int x) {
        ++renewals;
        return x;
      }};
    })};
  measure(state, renewals, [&](std::size_t i) {
    auto cache = w.bare();
    using impl = caf::stateful_actor<bare_refresher>;
    auto refresher = w.sys.spawn<impl>(source, cache, first_due(i));
    return bare_pair{cache, caf::actor_cast<caf::actor>(refresher)};
  });
}

// -- bearers ------------------------------------------------------------------

/// Brings a new token each time, and says when to look again.
token_source::behavior_type counting_source(token_source::pointer,
                                            std::atomic<std::uint64_t>* calls) {
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

void bearers(benchmark::State& state) {
  world w;
  auto renewals = std::atomic<std::uint64_t>{0};
  const auto source = token_source{w.sys.spawn(counting_source, &renewals)};
  auto settings = renewal_settings{};
  settings.retry_jitter = 0;
  measure(state, renewals, [&](std::size_t) {
    auto result = spawn(w.sys, any_source{source}, settings).value();
    result.prefetch();
    return result;
  });
}

/// Each takes half a minute.
void seldom(benchmark::internal::Benchmark* b) {
  b->UseManualTime()->Iterations(1)->Repetitions(3);
}

BENCHMARK(bare_actors_with_a_timer)->Apply(seldom);
BENCHMARK(bearers)->Apply(seldom);

} // namespace bearer::bench
