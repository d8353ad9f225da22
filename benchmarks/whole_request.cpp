// What does a whole request cost: spawn a receiver, fetch, drop it? And how
// much memory does a receiver take?

#include "support/compare.hpp"
#include "support/memory.hpp"
#include "support/sequence.hpp"
#include "support/world.hpp"

#include <vector>

namespace bearer::bench {

constexpr auto rounds = std::size_t{10'000};

// -- time ---------------------------------------------------------------------

/// Compared with bare spawn and two bare round trips.
void measure(benchmark::State& state, const fetch_options& opts) {
  world w;
  const auto bearer = ready_bearer(w.sys);
  const auto server = ask<int>(w.bare(), 1);
  const auto request = [&](caf::event_based_actor* self, auto next) {
    ask<token>(bearer.receiver(), fetch_atom_v, opts)(self, next);
  };
  const auto bare = [&](caf::event_based_actor* self, auto next) {
    const auto spawned = bare_actor{self->system().spawn(bare_behavior)};
    both(ask<int>(spawned, 1), server)(self, next);
  };
  compare(state, rounds_of(w.sys, rounds, request),
          rounds_of(w.sys, rounds, bare));
}

void request_by_message(benchmark::State& state) {
  measure(state, by_message());
}

void request_with_fast_read(benchmark::State& state) {
  measure(state, {});
}

BENCHMARK(request_by_message)->Apply(pieces);
BENCHMARK(request_with_fast_read)->Apply(pieces);

// -- memory -------------------------------------------------------------------

constexpr auto population = std::size_t{10'000};

/// @returns the bytes of one.
template <class Spawn>
double memory_of(Spawn spawn_one) {
  auto actors = std::vector<decltype(spawn_one())>{};
  actors.reserve(population);
  const auto before = heap_in_use();
  for (std::size_t i = 0; i < population; ++i)
    actors.push_back(spawn_one());
  return static_cast<double>(heap_in_use() - before) / population;
}

/// Compared with a bare actor.
void memory_of_a_receiver(benchmark::State& state) {
  world w;
  const auto bearer = ready_bearer(w.sys);
  for (auto _ : state) {
    state.counters["compared_bytes"] = memory_of([&] { return w.bare(); });
    state.counters["bytes"] = memory_of([&] { return bearer.receiver(); });
  }
}

BENCHMARK(memory_of_a_receiver)->Iterations(1);

} // namespace bearer::bench
