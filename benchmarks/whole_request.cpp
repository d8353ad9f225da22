// What does a whole request cost: spawn a receiver, fetch, drop it? And how
// much memory does a receiver take?

#include "support/memory.hpp"
#include "support/sequence.hpp"
#include "support/world.hpp"

#include <vector>

namespace bearer::bench {

constexpr auto rounds = std::size_t{10'000};

// -- time ---------------------------------------------------------------------

void bare_spawn_and_two_round_trips(benchmark::State& state) {
  world w;
  const auto server = w.bare();
  measure_rounds(
    state, w.sys, rounds, [&](caf::event_based_actor* self, auto next) {
      const auto spawned = bare_actor{self->system().spawn(bare_behavior)};
      both(ask<int>(spawned, 1), ask<int>(server, 1))(self, next);
    });
}

void measure(benchmark::State& state, const fetch_options& opts) {
  world w;
  const auto bearer = ready_bearer(w.sys);
  measure_rounds(
    state, w.sys, rounds, [&](caf::event_based_actor* self, auto next) {
      ask<token>(bearer.receiver(), fetch_atom_v, opts)(self, next);
    });
}

void request_by_message(benchmark::State& state) {
  auto opts = fetch_options{};
  // Newer than none, which the receiver leaves to the cache.
  opts.newer_than = generation{};
  measure(state, opts);
}

void request_with_fast_read(benchmark::State& state) {
  measure(state, {});
}

BENCHMARK(bare_spawn_and_two_round_trips)->UseManualTime();
BENCHMARK(request_by_message)->UseManualTime();
BENCHMARK(request_with_fast_read)->UseManualTime();

// -- memory -------------------------------------------------------------------

constexpr auto population = std::size_t{10'000};

template <class Spawn>
void measure_memory(benchmark::State& state, Spawn spawn_one) {
  for (auto _ : state) {
    auto actors = std::vector<decltype(spawn_one())>{};
    actors.reserve(population);
    const auto before = heap_in_use();
    for (std::size_t i = 0; i < population; ++i)
      actors.push_back(spawn_one());
    state.counters["bytes"] = static_cast<double>(heap_in_use() - before)
                              / population;
  }
}

void memory_of_a_bare_actor(benchmark::State& state) {
  world w;
  measure_memory(state, [&] { return w.bare(); });
}

void memory_of_a_receiver(benchmark::State& state) {
  world w;
  const auto bearer = ready_bearer(w.sys);
  measure_memory(state, [&] { return bearer.receiver(); });
}

BENCHMARK(memory_of_a_bare_actor)->Iterations(1);
BENCHMARK(memory_of_a_receiver)->Iterations(1);

} // namespace bearer::bench
