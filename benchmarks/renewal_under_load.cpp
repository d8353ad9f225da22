// How many fetches a second are answered while a refresh is under way, and how
// many otherwise?

#include "support/sequence.hpp"
#include "support/world.hpp"

#include <future>
#include <memory>

namespace bearer::bench {

constexpr auto rounds = std::size_t{20'000};

/// What the source of this question is told, and tells.
struct script {
  std::chrono::milliseconds look_again;
  std::promise<void> asked_again;
};

/// Answers the first call; leaves the second one open.
token_source::behavior_type slow_source(token_source::pointer,
                                        const std::shared_ptr<script>& script) {
  return {[script](fetch_atom, const attempt& what) -> caf::result<token> {
    if (what.reason == attempt_reason::first) {
      auto tok = long_lived_token(1024);
      tok.refresh_after = script->look_again;
      return tok;
    }
    script->asked_again.set_value();
    // As if somebody else would answer; a promise would keep this actor.
    return caf::delegated<token>{};
  }};
}

void measure(benchmark::State& state, bool refreshing) {
  world w;
  auto what = std::make_shared<script>();
  what->look_again = refreshing ? std::chrono::milliseconds{5}
                                : std::chrono::hours{1};
  auto settings = renewal_settings{};
  settings.initial_retry_timeout = std::chrono::milliseconds{1};
  settings.refresh_request_timeout = std::chrono::minutes{10};
  const auto source = token_source{w.sys.spawn(slow_source, what)};
  auto bearer = spawn(w.sys, any_source{source}, settings).value();
  if (auto tok = bearer.fetch(); !tok)
    fail(tok.error());
  if (refreshing)
    what->asked_again.get_future().wait();
  measure_rounds(state, w.sys, rounds,
                 ask<token>(bearer.actor(), fetch_atom_v, fetch_options{}));
}

void without_a_refresh(benchmark::State& state) {
  measure(state, false);
}

void during_a_refresh(benchmark::State& state) {
  measure(state, true);
}

BENCHMARK(without_a_refresh)->UseManualTime();
BENCHMARK(during_a_refresh)->UseManualTime();

} // namespace bearer::bench
