// Does a fetch cost more when an application uses many bearers in turn?

#include "support/compare.hpp"
#include "support/sequence.hpp"
#include "support/world.hpp"

#include <memory>
#include <vector>

namespace bearer::bench {

constexpr auto rounds = std::size_t{20'000};

/// Asks one after the other.
template <class Answer, class Handle, class... Ts>
auto round_robin(caf::actor_system& sys, const std::vector<Handle>& all,
                 Ts... xs) {
  auto turn = std::make_shared<std::size_t>(0);
  return rounds_of(sys, rounds, [=, &all](auto* self, auto next) {
    ask<Answer>(all[++*turn % all.size()], xs...)(self, next);
  });
}

/// Compared with as many bare actors.
void bearers(benchmark::State& state) {
  world w;
  auto all = std::vector<handle>{};
  auto caches = std::vector<cache_actor>{};
  auto bare = std::vector<bare_actor>{};
  while (all.size() < static_cast<std::size_t>(state.range(0))) {
    all.push_back(ready_bearer(w.sys));
    caches.push_back(all.back().actor());
    bare.push_back(w.bare());
  }
  compare(state,
          round_robin<token>(w.sys, caches, fetch_atom_v, fetch_options{}),
          round_robin<int>(w.sys, bare, 1));
}

BENCHMARK(bearers)->Apply(pieces)->Arg(100)->Arg(1'000)->Arg(10'000);

} // namespace bearer::bench
