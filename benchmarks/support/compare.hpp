#pragma once

#include <benchmark/benchmark.h>

/// Compares two ways of doing something.
namespace bearer::bench {

/// Alternates between both. A machine that serves others as well is slow at
/// times, for a tenth of a second or for minutes, and so it is slow for both.
/// Each call does one piece and returns the seconds of one round. Reports ours
/// as the benchmark's time, and theirs as the counter "compared".
/// @param state With a fixed number of iterations, each a piece of both.
template <class Ours, class Theirs>
void compare(benchmark::State& state, Ours ours, Theirs theirs) {
  // Warms up caches and the scheduler.
  theirs();
  ours();
  auto compared = 0.0;
  auto theirs_first = false;
  for (auto _ : state) {
    theirs_first = !theirs_first;
    if (theirs_first)
      compared += theirs();
    state.SetIterationTime(ours());
    if (!theirs_first)
      compared += theirs();
  }
  state.counters["compared"] = {compared, benchmark::Counter::kAvgIterations};
}

/// What most questions need.
inline void pieces(benchmark::internal::Benchmark* b) {
  b->UseManualTime()->Iterations(10);
}

} // namespace bearer::bench
