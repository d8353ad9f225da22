// Does the size of the token matter on a hit?

#include "support/compare.hpp"
#include "support/sequence.hpp"
#include "support/world.hpp"

namespace bearer::bench {

constexpr auto rounds = std::size_t{20'000};

/// Compared with a token of 100 B.
void fetch_token_of_size(benchmark::State& state) {
  world w;
  const auto size = static_cast<std::size_t>(state.range(0));
  const auto bearer = ready_bearer(w.sys, size);
  const auto small = ready_bearer(w.sys, 100);
  const auto fetch_from = [&](const handle& from) {
    return rounds_of(w.sys, rounds,
                     ask<token>(from.actor(), fetch_atom_v, fetch_options{}));
  };
  compare(state, fetch_from(bearer), fetch_from(small));
}

BENCHMARK(fetch_token_of_size)->Apply(pieces)->Arg(1024)->Arg(8192);

} // namespace bearer::bench
