// What does a fetch cost while the token is good, from actor to bearer?

#include "support/compare.hpp"
#include "support/sequence.hpp"
#include "support/world.hpp"

namespace bearer::bench {

constexpr auto rounds = std::size_t{20'000};

/// Compared with a bare round trip.
void cached_fetch(benchmark::State& state) {
  world w;
  const auto bearer = ready_bearer(w.sys);
  compare(state,
          rounds_of(w.sys, rounds,
                    ask<token>(bearer.actor(), fetch_atom_v, fetch_options{})),
          rounds_of(w.sys, rounds, ask<int>(w.bare(), 1)));
}

BENCHMARK(cached_fetch)->Apply(pieces);

} // namespace bearer::bench
