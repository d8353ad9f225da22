// How many fetches a second are answered while a refresh is under way, and how
// many otherwise?

#include "support/compare.hpp"
#include "support/sequence.hpp"
#include "support/world.hpp"

#include <future>
#include <memory>
#include <stdexcept>

namespace bearer::bench {

constexpr auto rounds = std::size_t{20'000};

/// What the source of this question is told, and tells.
struct script {
  explicit script(std::chrono::milliseconds next) : look_again(next) {
    // nop
  }

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

/// A bearer that has its token, and asks for the next one `look_again` later.
handle spawn_bearer(world& w, const std::shared_ptr<script>& what) {
  auto settings = renewal_settings{};
  settings.initial_retry_timeout = std::chrono::milliseconds{1};
  settings.refresh_request_timeout = std::chrono::minutes{10};
  const auto source = token_source{w.sys.spawn(slow_source, what)};
  auto result = spawn(w.sys, any_source{source}, settings).value();
  if (auto tok = result.fetch(); !tok)
    fail(tok.error());
  return result;
}

/// Compared with fetches when there is none.
void during_a_refresh(benchmark::State& state) {
  world w;
  const auto soon = std::make_shared<script>(std::chrono::milliseconds{5});
  const auto late = std::make_shared<script>(std::chrono::hours{1});
  const auto busy = spawn_bearer(w, soon);
  const auto idle = spawn_bearer(w, late);
  soon->asked_again.get_future().wait();
  const auto fetch_from = [&](const handle& from) {
    return rounds_of(w.sys, rounds,
                     ask<token>(from.actor(), fetch_atom_v, fetch_options{}));
  };
  compare(state, fetch_from(busy), fetch_from(idle));
  if (busy.status().state != bearer_state::attempting
      || idle.status().state == bearer_state::attempting)
    throw std::runtime_error("not during a refresh");
}

BENCHMARK(during_a_refresh)->Apply(pieces);

} // namespace bearer::bench
