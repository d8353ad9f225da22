// How many fetches a second are answered while a refresh is under way, and how
// many otherwise?

#include "support/sequence.hpp"
#include "support/world.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <future>
#include <memory>
#include <vector>

namespace bearer::bench {

constexpr auto rounds = std::size_t{20'000};

/// What the source of this question is told, and tells.
struct script {
  std::chrono::milliseconds look_again;
  std::promise<void> asked_again;
};

/// Answers the first call; leaves the second one open.
class slow_source {
public:
  slow_source(token_source::pointer self, std::shared_ptr<script> what)
    : self_(self), script_(std::move(what)) {
    // nop
  }

  token_source::behavior_type make_behavior() {
    return {[this](fetch_atom, const attempt& what) -> caf::result<token> {
      if (what.reason == attempt_reason::first) {
        auto tok = long_lived_token(1024);
        tok.refresh_after = script_->look_again;
        return tok;
      }
      open_.push_back(self_->make_response_promise<token>());
      script_->asked_again.set_value();
      return open_.back();
    }};
  }

private:
  token_source::pointer self_;
  std::shared_ptr<script> script_;
  std::vector<caf::typed_response_promise<token>> open_;
};

void measure(benchmark::State& state, bool refreshing) {
  world w;
  auto what = std::make_shared<script>();
  what->look_again = refreshing ? std::chrono::milliseconds{5}
                                : std::chrono::hours{1};
  auto settings = renewal_settings{};
  settings.initial_retry_timeout = std::chrono::milliseconds{1};
  settings.refresh_request_timeout = std::chrono::minutes{10};
  using impl = caf::stateful_actor<slow_source, token_source::impl>;
  auto bearer = spawn(w.sys, any_source{token_source{w.sys.spawn<impl>(what)}},
                      settings)
                  .value();
  if (auto tok = bearer.fetch(); !tok)
    fail(tok.error());
  if (refreshing)
    what->asked_again.get_future().wait();
  measure_rounds(state, w.sys, rounds,
                 ask<token>(bearer.actor(), fetch_atom_v, fetch_options{}));
  // Gives up the call, so that its promise keeps nobody.
  bearer.stop();
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
