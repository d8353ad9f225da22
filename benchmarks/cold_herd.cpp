// Fetches meet a bearer that has no token yet, all at once, and a source that
// takes 50 ms. How much do they add to that?

#include "support/compare.hpp"
#include "support/herd.hpp"
#include "support/slow_source.hpp"
#include "support/world.hpp"

#include <thread>

namespace bearer::bench {

double bare_herd(world& w, std::size_t size, const bare_actor& server) {
  const auto start = stop_watch::now();
  std::this_thread::sleep_for(source_time);
  run_herd(w.sys, size,
           [&](caf::event_based_actor* self, std::size_t, auto next) {
             ask<int>(server, 1)(self, next);
           });
  return seconds_since(start);
}

double herd(world& w, std::size_t size) {
  const slow_source source{w.sys};
  const auto bearer = spawn(w.sys, source.get(), eager()).value();
  const auto result = run_herd(
    w.sys, size, [&](caf::event_based_actor* self, std::size_t, auto next) {
      ask<token>(bearer.actor(), fetch_atom_v, fetch_options{})(self, next);
    });
  source.expect_calls(bearer, 1);
  return result;
}

/// Compared with the source's time and as many bare round trips.
void cold_herd(benchmark::State& state) {
  const auto size = static_cast<std::size_t>(state.range(0));
  world w{static_cast<std::size_t>(state.range(1))};
  const auto server = w.bare();
  compare(
    state, [&] { return herd(w, size); },
    [&] { return bare_herd(w, size, server); });
}

BENCHMARK(cold_herd)
  ->UseManualTime()
  ->Iterations(3)
  ->ArgNames({"", "workers"})
  ->ArgsProduct({{1'000, 10'000, 100'000}, {1, 2}});

} // namespace bearer::bench
