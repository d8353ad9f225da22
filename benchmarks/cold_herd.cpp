// Fetches meet a bearer that has no token yet, all at once, and a source that
// takes 50 ms. How much do they add to that?

#include <bearer/source/function_source.hpp>

#include "support/compare.hpp"
#include "support/herd.hpp"
#include "support/world.hpp"

#include <atomic>
#include <memory>
#include <stdexcept>
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
  const auto calls = std::make_shared<std::atomic<int>>(0);
  const auto ask_for_token = [calls] {
    ++*calls;
    std::this_thread::sleep_for(source_time);
    return long_lived_token(1024);
  };
  const auto bearer
    = spawn(w.sys, function_source(w.sys, ask_for_token)).value();
  const auto result = run_herd(
    w.sys, size, [&](caf::event_based_actor* self, std::size_t, auto next) {
      ask<token>(bearer.actor(), fetch_atom_v, fetch_options{})(self, next);
    });
  if (*calls != 1)
    throw std::runtime_error("the source was called more than once");
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
