#include "support/scripted_source.hpp"

#include <bearer/detail/caf_compat.hpp>
#include <bearer/error.hpp>

#include <caf/exit_reason.hpp>
#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <utility>

namespace bearer::test {

struct scripted_source::state {
  script fn;
  caf::timespan latency{0};
  std::vector<call> calls;
  std::vector<caf::typed_response_promise<token>> open;
  std::vector<caf::timespan> closings;
  bool answers_closing = true;
  std::vector<caf::typed_response_promise<void>> open_closings;
};

namespace {

class source_state {
public:
  static constexpr auto name = "test.source";

  source_state(closable_token_source::pointer self,
               std::shared_ptr<scripted_source::state> shared)
    : self_(self), shared_(std::move(shared)) {
    // nop
  }

  ~source_state() {
    shared_->open.clear();
    shared_->open_closings.clear();
  }

  closable_token_source::behavior_type make_behavior() {
    return {
      [this](fetch_atom, const attempt& what) -> caf::result<token> {
        auto now = self_->clock().now().time_since_epoch();
        shared_->calls.push_back({now, what});
        auto promise = self_->make_response_promise<token>();
        shared_->open.push_back(promise);
        if (shared_->fn)
          if (auto reply = shared_->fn(what))
            respond(promise, std::move(*reply));
        return promise;
      },
      [this](close_atom, caf::timespan grace) -> caf::result<void> {
        shared_->closings.push_back(grace);
        if (shared_->answers_closing)
          return caf::unit;
        shared_->open_closings.push_back(self_->make_response_promise<void>());
        return shared_->open_closings.back();
      },
    };
  }

private:
  void respond(caf::typed_response_promise<token> promise,
               caf::expected<token> with) {
    if (shared_->latency.count() == 0) {
      promise.deliver(std::move(with));
      return;
    }
    detail::schedule(self_, self_->clock().now() + shared_->latency,
                     [promise, answer = std::move(with)]() mutable {
                       promise.deliver(answer);
                     });
  }

  closable_token_source::pointer self_;
  std::shared_ptr<scripted_source::state> shared_;
};

} // namespace

scripted_source::scripted_source(caf::actor_system& sys)
  : state_(std::make_shared<state>()) {
  using impl = caf::stateful_actor<source_state, closable_token_source::impl>;
  actor_ = sys.spawn<impl>(state_);
}

scripted_source::~scripted_source() {
  // A promise that is left open would keep the actor alive on CAF 1.x.
  kill();
}

any_source scripted_source::actor() const {
  return actor_;
}

void scripted_source::replies(script fn) {
  state_->fn = std::move(fn);
}

void scripted_source::replies_with(caf::expected<token> answer) {
  state_->fn = [answer](const attempt&) -> reply { return answer; };
}

void scripted_source::stays_silent() {
  state_->fn = nullptr;
}

void scripted_source::takes(caf::timespan latency) {
  state_->latency = latency;
}

void scripted_source::answer(std::size_t index, caf::expected<token> with) {
  auto promise = state_->open.at(index);
  auto deliver = [promise, with]() mutable { promise.deliver(with); };
  detail::anon_mail(caf::actor_cast<caf::actor>(actor_),
                    caf::make_action(deliver));
}

const std::vector<scripted_source::call>& scripted_source::calls() const {
  return state_->calls;
}

std::vector<caf::timespan> scripted_source::call_times() const {
  auto result = std::vector<caf::timespan>{};
  for (const auto& one : state_->calls)
    result.push_back(one.at - state_->calls.front().at);
  return result;
}

const std::vector<caf::timespan>& scripted_source::closings() const {
  return state_->closings;
}

void scripted_source::never_closes() {
  state_->answers_closing = false;
}

void scripted_source::kill() {
  caf::anon_send_exit(actor_, caf::exit_reason::kill);
}

token make_token(std::string_view text, caf::timestamp now,
                 caf::timespan lifetime) {
  auto result = make_token(text);
  result.expires_at = now + lifetime;
  return result;
}

token make_token(std::string_view text) {
  auto result = token{};
  result.access_token = secret{text};
  return result;
}

} // namespace bearer::test
