// Does the size of the token matter on a hit?

#include "support/sequence.hpp"
#include "support/world.hpp"

namespace bearer::bench {

constexpr auto rounds = std::size_t{20'000};

void fetch_token_of_size(benchmark::State& state) {
  world w;
  const auto bearer = ready_bearer(w.sys,
                                   static_cast<std::size_t>(state.range(0)));
  measure_rounds(state, w.sys, rounds,
                 ask<token>(bearer.actor(), fetch_atom_v, fetch_options{}));
}

BENCHMARK(fetch_token_of_size)->UseManualTime()->Arg(100)->Arg(1024)->Arg(8192);

} // namespace bearer::bench
