// What does a fetch cost for a thread that is no actor?

#include "support/sequence.hpp"
#include "support/world.hpp"

#include <caf/scoped_actor.hpp>

namespace bearer::bench {

void scoped_actor_request(benchmark::State& state) {
  world w;
  const auto server = w.bare();
  for (auto _ : state) {
    auto self = caf::scoped_actor{w.sys};
    detail::mail(self.operator->(), 1)
      .request(server, caf::infinite)
      .receive([](int x) { benchmark::DoNotOptimize(x); }, fail);
  }
}

void blocking_fetch(benchmark::State& state) {
  world w;
  const auto bearer = ready_bearer(w.sys);
  for (auto _ : state) {
    auto tok = bearer.fetch();
    benchmark::DoNotOptimize(tok);
  }
}

void blocking_fetch_by_message(benchmark::State& state) {
  world w;
  const auto bearer = ready_bearer(w.sys);
  auto opts = fetch_options{};
  // Newer than none, which the handle leaves to the cache.
  opts.newer_than = generation{};
  for (auto _ : state) {
    auto tok = bearer.fetch(opts);
    benchmark::DoNotOptimize(tok);
  }
}

BENCHMARK(scoped_actor_request)->UseRealTime();
BENCHMARK(blocking_fetch)->UseRealTime();
BENCHMARK(blocking_fetch_by_message)->UseRealTime();

} // namespace bearer::bench
