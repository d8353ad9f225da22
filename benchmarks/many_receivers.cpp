// Does a fetch cost more when many receivers are alive?

#include "support/sequence.hpp"
#include "support/world.hpp"

#include <cstdint>
#include <vector>

namespace bearer::bench {

constexpr auto rounds = std::size_t{20'000};

/// Visits all actors in an order that caches cannot guess.
struct walk {
  template <class T>
  const T& next_of(const std::vector<T>& all) {
    at = at * 6364136223846793005U + 1442695040888963407U;
    return all[(at >> 20U) % all.size()];
  }

  std::uint64_t at = 1;
};

template <class Spawn>
auto spawn_crowd(const benchmark::State& state, Spawn spawn_one) {
  auto result = std::vector<decltype(spawn_one())>{};
  const auto size = static_cast<std::size_t>(state.range(0));
  result.reserve(size);
  while (result.size() < size)
    result.push_back(spawn_one());
  return result;
}

/// Measures in an actor system of its own each time, because one differs from
/// the next by more than what is asked.
/// @param measure Takes a `world&` and gives the seconds that `rounds` took.
template <class Measure>
void measure_worlds(benchmark::State& state, Measure measure) {
  for (auto _ : state) {
    world w;
    state.SetIterationTime(measure(w));
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(rounds)
                          * state.iterations());
}

/// @returns the seconds that they take.
template <class Round>
double make_rounds(world& w, Round round) {
  // Warms up caches and the scheduler.
  run_sequence(w.sys, rounds / 10, round);
  return run_sequence(w.sys, rounds, round);
}

/// Each round visits one of the crowd.
template <class Answer, class Handle, class... Ts>
double visit_crowd(world& w, const std::vector<Handle>& crowd, Ts... xs) {
  auto at = walk{};
  return make_rounds(w, [&](caf::event_based_actor* self, auto next) {
    ask<Answer>(at.next_of(crowd), xs...)(self, next);
  });
}

void bare_crowd(benchmark::State& state) {
  measure_worlds(state, [&](world& w) {
    const auto crowd = spawn_crowd(state, [&] { return w.bare(); });
    return visit_crowd<int>(w, crowd, 1);
  });
}

/// Each round visits one of the crowd and then the same server.
void bare_crowd_and_server(benchmark::State& state) {
  measure_worlds(state, [&](world& w) {
    const auto server = ask<int>(w.bare(), 1);
    const auto crowd = spawn_crowd(state, [&] { return w.bare(); });
    auto at = walk{};
    return make_rounds(w, [&](caf::event_based_actor* self, auto next) {
      both(ask<int>(at.next_of(crowd), 1), server)(self, next);
    });
  });
}

void visit_receivers(benchmark::State& state, const fetch_options& opts) {
  measure_worlds(state, [&](world& w) {
    const auto bearer = ready_bearer(w.sys);
    const auto crowd = spawn_crowd(state, [&] { return bearer.receiver(); });
    return visit_crowd<token>(w, crowd, fetch_atom_v, opts);
  });
}

void crowd_of_receivers(benchmark::State& state) {
  visit_receivers(state, {});
}

void crowd_of_receivers_by_message(benchmark::State& state) {
  auto opts = fetch_options{};
  opts.newer_than = generation{};
  visit_receivers(state, opts);
}

void sizes(benchmark::internal::Benchmark* b) {
  b->UseManualTime()->Arg(10)->Arg(1'000)->Arg(100'000)->Arg(1'000'000);
}

BENCHMARK(bare_crowd)->Apply(sizes);
BENCHMARK(bare_crowd_and_server)->Apply(sizes);
BENCHMARK(crowd_of_receivers)->Apply(sizes);
BENCHMARK(crowd_of_receivers_by_message)->Apply(sizes);

} // namespace bearer::bench
