// A hundred thousand fetches meet a bearer that has no token yet, and a source
// that takes 50 ms. How much do the fetches add to that?

#include <bearer/source/function_source.hpp>

#include "support/herd.hpp"
#include "support/world.hpp"

#include <atomic>
#include <memory>
#include <thread>

namespace bearer::bench {

constexpr auto fetches = std::size_t{100'000};

void source_time_and_bare_messages(benchmark::State& state) {
  world w{static_cast<std::size_t>(state.range(0))};
  const auto server = w.bare();
  for (auto _ : state) {
    const auto start = stop_watch::now();
    std::this_thread::sleep_for(source_time);
    run_herd(w.sys, fetches,
             [&](caf::event_based_actor* self, std::size_t, auto next) {
               ask<int>(server, 1)(self, next);
             });
    state.SetIterationTime(seconds_since(start));
  }
}

void cold_herd(benchmark::State& state) {
  world w{static_cast<std::size_t>(state.range(0))};
  for (auto _ : state) {
    auto calls = std::make_shared<std::atomic<int>>(0);
    auto bearer
      = spawn(w.sys, function_source(w.sys,
                                     [calls] {
                                       ++*calls;
                                       std::this_thread::sleep_for(source_time);
                                       return long_lived_token(1024);
                                     }))
          .value();
    state.SetIterationTime(run_herd(
      w.sys, fetches,
      [&](caf::event_based_actor* self, std::size_t, auto next) {
        ask<token>(bearer.actor(), fetch_atom_v, fetch_options{})(self, next);
      }));
    if (*calls != 1)
      state.SkipWithError("the source was called more than once");
  }
}

/// Of CAF's scheduler.
void threads(benchmark::internal::Benchmark* b) {
  b->UseManualTime()->Iterations(3)->Arg(1)->Arg(2);
}

BENCHMARK(source_time_and_bare_messages)->Apply(threads);
BENCHMARK(cold_herd)->Apply(threads);

} // namespace bearer::bench
