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

/// Each round visits one of the crowd.
template <class Answer, class Handle, class... Ts>
void measure_crowd(benchmark::State& state, caf::actor_system& sys,
                   const std::vector<Handle>& crowd, Ts... xs) {
  auto at = walk{};
  measure_rounds(state, sys, rounds,
                 [&](caf::event_based_actor* self, auto next) {
                   ask<Answer>(at.next_of(crowd), xs...)(self, next);
                 });
}

template <class Spawn>
auto spawn_crowd(benchmark::State& state, Spawn spawn_one) {
  auto result = std::vector<decltype(spawn_one())>{};
  const auto size = static_cast<std::size_t>(state.range(0));
  result.reserve(size);
  while (result.size() < size)
    result.push_back(spawn_one());
  return result;
}

void bare_crowd(benchmark::State& state) {
  world w;
  const auto crowd = spawn_crowd(state, [&] { return w.bare(); });
  measure_crowd<int>(state, w.sys, crowd, 1);
}

/// Each round visits one of the crowd and then the same server.
void bare_crowd_and_server(benchmark::State& state) {
  world w;
  const auto server = ask<int>(w.bare(), 1);
  const auto crowd = spawn_crowd(state, [&] { return w.bare(); });
  auto at = walk{};
  measure_rounds(state, w.sys, rounds,
                 [&](caf::event_based_actor* self, auto next) {
                   both(ask<int>(at.next_of(crowd), 1), server)(self, next);
                 });
}

void crowd_of_receivers(benchmark::State& state) {
  world w;
  const auto bearer = ready_bearer(w.sys);
  const auto crowd = spawn_crowd(state, [&] { return bearer.receiver(); });
  measure_crowd<token>(state, w.sys, crowd, fetch_atom_v, fetch_options{});
}

void crowd_of_receivers_by_message(benchmark::State& state) {
  world w;
  const auto bearer = ready_bearer(w.sys);
  const auto crowd = spawn_crowd(state, [&] { return bearer.receiver(); });
  auto opts = fetch_options{};
  opts.newer_than = generation{};
  measure_crowd<token>(state, w.sys, crowd, fetch_atom_v, opts);
}

void sizes(benchmark::internal::Benchmark* b) {
  b->UseManualTime()->Arg(10)->Arg(1'000)->Arg(100'000)->Arg(1'000'000);
}

BENCHMARK(bare_crowd)->Apply(sizes);
BENCHMARK(bare_crowd_and_server)->Apply(sizes);
BENCHMARK(crowd_of_receivers)->Apply(sizes);
BENCHMARK(crowd_of_receivers_by_message)->Apply(sizes);

} // namespace bearer::bench
