// Does a fetch cost more when many receivers are alive?

#include "support/compare.hpp"
#include "support/sequence.hpp"
#include "support/world.hpp"

#include <cstdint>
#include <memory>
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

/// Each round visits one of the crowd.
template <class Answer, class Handle, class... Ts>
auto visit(const std::vector<Handle>& crowd, Ts... xs) {
  auto at = std::make_shared<walk>();
  return [=, &crowd](caf::event_based_actor* self, auto next) {
    ask<Answer>(at->next_of(crowd), xs...)(self, next);
  };
}

/// Compared with as many bare actors.
void crowd_of_receivers(benchmark::State& state) {
  world w;
  const auto bearer = ready_bearer(w.sys);
  const auto receivers = spawn_crowd(state, [&] { return bearer.receiver(); });
  const auto bare = spawn_crowd(state, [&] { return w.bare(); });
  compare(state,
          rounds_of(w.sys, rounds,
                    visit<token>(receivers, fetch_atom_v, fetch_options{})),
          rounds_of(w.sys, rounds, visit<int>(bare, 1)));
}

/// Compared with as many bare actors, and one more that is visited each time.
void crowd_of_receivers_by_message(benchmark::State& state) {
  world w;
  const auto bearer = ready_bearer(w.sys);
  const auto receivers = spawn_crowd(state, [&] { return bearer.receiver(); });
  const auto bare = spawn_crowd(state, [&] { return w.bare(); });
  const auto server = ask<int>(w.bare(), 1);
  compare(state,
          rounds_of(w.sys, rounds,
                    visit<token>(receivers, fetch_atom_v, by_message())),
          rounds_of(w.sys, rounds, both(visit<int>(bare, 1), server)));
}

void sizes(benchmark::internal::Benchmark* b) {
  pieces(b);
  b->Arg(10)->Arg(1'000)->Arg(100'000)->Arg(1'000'000);
}

BENCHMARK(crowd_of_receivers)->Apply(sizes);
BENCHMARK(crowd_of_receivers_by_message)->Apply(sizes);

} // namespace bearer::bench
