// What does a fetch cost through a receiver that is there already?

#include "support/compare.hpp"
#include "support/sequence.hpp"
#include "support/world.hpp"

namespace bearer::bench {

constexpr auto rounds = std::size_t{20'000};

/// Compared with two bare round trips.
void measure(benchmark::State& state, const fetch_options& opts) {
  world w;
  const auto bearer = ready_bearer(w.sys);
  const auto hop = ask<int>(w.bare(), 1);
  compare(state,
          rounds_of(w.sys, rounds,
                    ask<token>(bearer.receiver(), fetch_atom_v, opts)),
          rounds_of(w.sys, rounds, both(hop, hop)));
}

void receiver_by_message(benchmark::State& state) {
  measure(state, by_message());
}

void receiver_with_fast_read(benchmark::State& state) {
  measure(state, {});
}

BENCHMARK(receiver_by_message)->Apply(pieces);
BENCHMARK(receiver_with_fast_read)->Apply(pieces);

} // namespace bearer::bench
