// What does a fetch cost for a thread that is no actor?

#include "support/compare.hpp"
#include "support/sequence.hpp"
#include "support/world.hpp"

#include <caf/scoped_actor.hpp>

namespace bearer::bench {

/// @returns the seconds of one.
template <class Round>
double repeat(std::size_t count, Round round) {
  const auto start = stop_watch::now();
  for (std::size_t i = 0; i < count; ++i)
    round();
  return seconds_since(start) / static_cast<double>(count);
}

/// Compared with the request of a scoped actor.
void measure(benchmark::State& state, const fetch_options& opts) {
  world w;
  const auto bearer = ready_bearer(w.sys);
  const auto server = w.bare();
  const auto fetch = [&] {
    auto tok = bearer.fetch(opts);
    benchmark::DoNotOptimize(tok);
  };
  auto self = caf::scoped_actor{w.sys};
  const auto request = [&] {
    detail::mail(self.operator->(), 1)
      .request(server, caf::infinite)
      .receive([](int x) { benchmark::DoNotOptimize(x); }, fail);
  };
  compare(
    state, [&] { return repeat(10'000, fetch); },
    [&] { return repeat(100, request); });
}

void blocking_fetch(benchmark::State& state) {
  measure(state, {});
}

void blocking_fetch_by_message(benchmark::State& state) {
  measure(state, by_message());
}

BENCHMARK(blocking_fetch)->Apply(pieces);
BENCHMARK(blocking_fetch_by_message)->Apply(pieces);

} // namespace bearer::bench
