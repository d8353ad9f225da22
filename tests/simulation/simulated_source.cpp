#include "simulation/simulated_source.hpp"

#include <bearer/detail/caf_compat.hpp>
#include <bearer/error.hpp>

#include "support/second_answer.hpp"

#include <caf/actor_cast.hpp>
#include <caf/disposable.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/message.hpp>
#include <caf/sec.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <cstddef>
#include <exception>
#include <map>
#include <stdexcept>
#include <utility>

namespace bearer::sim {

namespace {

caf::message to_message(const caf::expected<token>& what) {
  return what ? caf::make_message(*what) : caf::make_message(what.error());
}

class source_state {
public:
  static constexpr auto name = "simulation.source";

  source_state(closable_token_source::pointer self,
               std::shared_ptr<source_script> script)
    : self_(self), script_(std::move(script)) {
    // nop
  }

  source_state(const source_state&) = delete;

  source_state& operator=(const source_state&) = delete;

  /// Killed: whoever waits learns of it from CAF.
  ~source_state() {
    for (auto& x : owed_)
      x.second.timer.dispose();
    script_->delayed -= owed_.size();
  }

  closable_token_source::behavior_type make_behavior() {
    return {
      [this](fetch_atom, const attempt& what) { return fetch(what); },
      [this](close_atom, caf::timespan left) { return close(left); },
    };
  }

private:
  using promise_type = caf::typed_response_promise<token>;

  caf::result<token> fetch(const attempt& what) {
    const auto call = calls_++;
    script_->on_call(call, what);
    const auto plan = script_->plan();
    switch (plan.what) {
      case deed::says_nothing:
        // Says that somebody else will answer.
        return caf::delegated<token>{};
      case deed::throws:
        script_->on_answer(call, std::nullopt);
        return pass_on(what, [](caf::event_based_actor*) {
          throw std::runtime_error("simulated");
        });
      case deed::dies:
        script_->on_answer(call, caf::make_error(errc::source_down));
        return pass_on(what,
                       [](caf::event_based_actor* self) { self->quit(); });
      case deed::is_dead:
        script_->on_answer(call, caf::make_error(errc::source_down));
        // Ends at once, for want of a behavior.
        if (!dead_)
          dead_ = self_->spawn([](caf::event_based_actor*) {});
        return hand_over(what, dead_);
      case deed::answers_nonsense:
        script_->on_answer(call, std::nullopt);
        return hand_over(what, self_->spawn([]() -> caf::behavior {
          return {[](fetch_atom, const attempt&) { return 1; }};
        }));
      default:
        return answer_later(call, plan, what);
    }
  }

  caf::result<void> close(caf::timespan left) {
    script_->on_close(left);
    if (script_->plan().what == deed::says_nothing)
      return caf::delegated<void>{};
    return caf::unit;
  }

  /// Lets another actor come to grief with the call, so that this one lives to
  /// see the next.
  template <class F>
  caf::result<token> pass_on(const attempt& what, F grief) {
    return hand_over(
      what,
      self_->spawn([grief](caf::event_based_actor* self) -> caf::behavior {
        // CAF's own would tell the terminal.
        self->set_exception_handler([](std::exception_ptr&) -> caf::error {
          return caf::sec::runtime_error;
        });
        return {
          [=](fetch_atom, const attempt&) -> caf::result<token> {
            auto owed = self->make_response_promise<token>();
            grief(self);
            return owed;
          },
        };
      }));
  }

  caf::result<token> hand_over(const attempt& what, const caf::actor& whom) {
    return detail::mail(self_, fetch_atom_v, what)
      .delegate(caf::actor_cast<token_source>(whom));
  }

  caf::result<token> answer_later(std::size_t call, const steps::source& plan,
                                  const attempt& what) {
    const auto whom = self_->current_sender();
    const auto request = self_->current_message_id();
    auto promise = self_->make_response_promise<token>();
    auto deliver = [=, this](promise_type& owed) {
      const auto answer = script_->answer(plan, what);
      script_->on_answer(call, answer);
      owed.deliver(answer);
      if (plan.twice)
        test::answer_again(whom, request, to_message(answer));
    };
    if (plan.latency.count() == 0) {
      deliver(promise);
      return promise;
    }
    ++script_->delayed;
    auto timer = detail::schedule(self_, self_->clock().now() + plan.latency,
                                  [this, call, deliver] {
                                    auto ended = owed_.extract(call);
                                    --script_->delayed;
                                    deliver(ended.mapped().promise);
                                  });
    owed_.emplace(call, debt{promise, std::move(timer)});
    return promise;
  }

  /// An answer whose time has not come.
  struct debt {
    promise_type promise;
    caf::disposable timer;
  };

  closable_token_source::pointer self_;
  std::shared_ptr<source_script> script_;
  std::map<std::size_t, debt> owed_;
  caf::actor dead_;
  std::size_t calls_ = 0;
};

} // namespace

closable_token_source
spawn_simulated_source(caf::actor_system& sys,
                       std::shared_ptr<source_script> script) {
  using impl = caf::stateful_actor<source_state, closable_token_source::impl>;
  return sys.spawn<impl>(std::move(script));
}

} // namespace bearer::sim
