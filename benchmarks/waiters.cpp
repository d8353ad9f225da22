// How long do fetches take that wait for one attempt, by their number?

#include <bearer/source/function_source.hpp>

#include "support/herd.hpp"
#include "support/world.hpp"

#include <thread>

namespace bearer::bench {

std::size_t count(const benchmark::State& state) {
  return static_cast<std::size_t>(state.range(0));
}

void bare_messages(benchmark::State& state) {
  world w;
  const auto server = w.bare();
  for (auto _ : state) {
    const auto start = stop_watch::now();
    std::this_thread::sleep_for(source_time);
    run_herd(w.sys, count(state),
             [&](caf::event_based_actor* self, std::size_t, auto next) {
               ask<int>(server, 1)(self, next);
             });
    state.SetIterationTime(seconds_since(start));
  }
}

void herd(benchmark::State& state) {
  world w;
  for (auto _ : state) {
    auto bearer
      = spawn(w.sys, function_source(w.sys,
                                     [] {
                                       std::this_thread::sleep_for(source_time);
                                       return long_lived_token(1024);
                                     }))
          .value();
    state.SetIterationTime(run_herd(
      w.sys, count(state),
      [&](caf::event_based_actor* self, std::size_t, auto next) {
        ask<token>(bearer.actor(), fetch_atom_v, fetch_options{})(self, next);
      }));
  }
}

void sizes(benchmark::internal::Benchmark* b) {
  b->UseManualTime()->Iterations(2)->Arg(1'000)->Arg(10'000)->Arg(100'000);
}

BENCHMARK(bare_messages)->Apply(sizes);
BENCHMARK(herd)->Apply(sizes);

} // namespace bearer::bench
