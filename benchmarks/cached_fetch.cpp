// What does a fetch cost while the token is good, from actor to bearer?

#include "support/sequence.hpp"
#include "support/world.hpp"

namespace bearer::bench {

constexpr auto rounds = std::size_t{20'000};

void bare_round_trip(benchmark::State& state) {
  world w;
  measure_rounds(state, w.sys, rounds, ask<int>(w.bare(), 1));
}

void cached_fetch(benchmark::State& state) {
  world w;
  const auto bearer = ready_bearer(w.sys);
  measure_rounds(state, w.sys, rounds,
                 ask<token>(bearer.actor(), fetch_atom_v, fetch_options{}));
}

BENCHMARK(bare_round_trip)->UseManualTime();
BENCHMARK(cached_fetch)->UseManualTime();

} // namespace bearer::bench
