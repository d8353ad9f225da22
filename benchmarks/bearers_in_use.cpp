// Does a fetch cost more when an application uses many bearers in turn?

#include "support/sequence.hpp"
#include "support/world.hpp"

#include <memory>
#include <vector>

namespace bearer::bench {

constexpr auto rounds = std::size_t{20'000};

/// Asks one after the other.
template <class Answer, class Handle, class... Ts>
void measure_turns(benchmark::State& state, caf::actor_system& sys,
                   const std::vector<Handle>& all, Ts... xs) {
  auto turn = std::size_t{0};
  measure_rounds(state, sys, rounds,
                 [&](caf::event_based_actor* self, auto next) {
                   ask<Answer>(all[++turn % all.size()], xs...)(self, next);
                 });
}

void bare_servers(benchmark::State& state) {
  world w;
  auto all = std::vector<bare_actor>{};
  while (all.size() < static_cast<std::size_t>(state.range(0)))
    all.push_back(w.bare());
  measure_turns<int>(state, w.sys, all, 1);
}

void bearers(benchmark::State& state) {
  world w;
  auto all = std::vector<handle>{};
  auto caches = std::vector<cache_actor>{};
  while (all.size() < static_cast<std::size_t>(state.range(0))) {
    all.push_back(ready_bearer(w.sys));
    caches.push_back(all.back().actor());
  }
  measure_turns<token>(state, w.sys, caches, fetch_atom_v, fetch_options{});
}

void sizes(benchmark::internal::Benchmark* b) {
  b->UseManualTime()->Arg(100)->Arg(1'000)->Arg(10'000);
}

BENCHMARK(bare_servers)->Apply(sizes);
BENCHMARK(bearers)->Apply(sizes);

} // namespace bearer::bench
