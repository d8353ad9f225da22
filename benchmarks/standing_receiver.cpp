// What does a fetch cost through a receiver that is there already?

#include "support/sequence.hpp"
#include "support/world.hpp"

namespace bearer::bench {

constexpr auto rounds = std::size_t{20'000};

/// Asks for a token newer than none, which the receiver leaves to the cache.
fetch_options by_message() {
  auto result = fetch_options{};
  result.newer_than = generation{};
  return result;
}

void two_bare_round_trips(benchmark::State& state) {
  world w;
  const auto hop = ask<int>(w.bare(), 1);
  measure_rounds(state, w.sys, rounds, both(hop, hop));
}

void measure(benchmark::State& state, const fetch_options& opts) {
  world w;
  const auto bearer = ready_bearer(w.sys);
  measure_rounds(state, w.sys, rounds,
                 ask<token>(bearer.receiver(), fetch_atom_v, opts));
}

void receiver_by_message(benchmark::State& state) {
  measure(state, by_message());
}

void receiver_with_fast_read(benchmark::State& state) {
  measure(state, {});
}

BENCHMARK(two_bare_round_trips)->UseManualTime();
BENCHMARK(receiver_by_message)->UseManualTime();
BENCHMARK(receiver_with_fast_read)->UseManualTime();

} // namespace bearer::bench
