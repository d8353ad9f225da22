#pragma once

#include <bearer/actors.hpp>
#include <bearer/completion.hpp>
#include <bearer/detail/caf_compat.hpp>
#include <bearer/detail/saturating.hpp>
#include <bearer/error.hpp>
#include <bearer/fetch_options.hpp>
#include <bearer/receiver.hpp>
#include <bearer/token.hpp>

#include <caf/action.hpp>
#include <caf/actor_clock.hpp>
#include <caf/actor_control_block.hpp>
#include <caf/disposable.hpp>
#include <caf/error.hpp>
#include <caf/expected.hpp>
#include <caf/sec.hpp>
#include <caf/timespan.hpp>

#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

namespace bearer::detail {

/// Whether an attempt gives its outcome to a `completion`; the others return
/// the handle of a request to an actor.
template <class Attempt, class T>
inline constexpr bool takes_completion
  = std::is_invocable_v<Attempt&, const token&, caf::timespan, completion<T>>;

/// One request of the actor `Self`: fetches a token, lets the attempt use it,
/// and does so again as long as the receiver advises it. Owned by what the
/// actor waits for at the time, and so gone with the actor.
template <class T, class Self, class Attempt, class OnDone>
class token_loop
  : public std::enable_shared_from_this<token_loop<T, Self, Attempt, OnDone>> {
public:
  token_loop(Self* self, receiver_actor receiver, caf::timespan timeout,
             fetch_options opts, Attempt attempt, OnDone on_done)
    : self_(self),
      receiver_(std::move(receiver)),
      deadline_(saturating_add(self->clock().now(), timeout)),
      opts_(std::move(opts)),
      attempt_(std::move(attempt)),
      on_done_(std::move(on_done)) {
    // nop
  }

  token_loop(const token_loop&) = delete;

  token_loop& operator=(const token_loop&) = delete;

  ~token_loop() {
    alarm_.dispose();
  }

  /// Starts the request.
  void start() {
    fetch();
  }

private:
  using state_type = completion_state<T>;

  void fetch() {
    bearer::fetch(self_, receiver_, opts_)
      .then([me = this->shared_from_this()](
              const token& what) { me->run(what); },
            [me = this->shared_from_this()](caf::error& why) {
              me->on_done_(std::move(why));
            });
    // Has been asked for; the receiver sees to what the next ones need.
    opts_.renew_required = false;
  }

  /// What is left of the time.
  caf::timespan budget() const {
    return schedulable(saturating_distance(self_->clock().now(), deadline_));
  }

  bool is_over() const {
    return budget() == caf::timespan::zero();
  }

  void run(const token& what) {
    if (is_over())
      return on_done_(timed_out());
    const auto left = budget();
    auto state = std::make_shared<state_type>();
    // Nobody reaches this actor any more when the handler goes, as it does with
    // the actor itself.
    auto line = std::shared_ptr<state_type>{
      state.get(), [state](state_type* x) { x->detach(); }};
    // As with any request of CAF's, who waits for an answer lives; here, that
    // is up to the deadline.
    auto keep = caf::strong_actor_ptr{self_->ctrl()};
    const auto id = await_outside(self_, [me = this->shared_from_this(), line,
                                          keep] { me->judge(line->take()); });
    state->attach(caf::weak_actor_ptr{self_->ctrl()}, id);
    alarm_ = end_in(left, state);
    call_attempt(what, left, completion<T>{std::move(state)});
  }

  /// Not a timeout of CAF's, which would keep the actor until its time has come
  /// even if there is an answer.
  caf::disposable end_in(caf::timespan left, std::weak_ptr<state_type> what) {
    auto end = [what] {
      if (auto state = what.lock())
        state->complete(caf::make_error(errc::timed_out));
    };
    return self_->clock().schedule(self_->clock().now() + left,
                                   caf::make_action(std::move(end)));
  }

  void call_attempt(const token& what, caf::timespan left, completion<T> done) {
    if constexpr (takes_completion<Attempt, T>) {
      std::invoke(attempt_, what, left, std::move(done));
    } else {
      auto fail = [done](caf::error& why) { done(std::move(why)); };
      auto request = std::invoke(attempt_, what, left);
      if constexpr (std::is_void_v<T>)
        std::move(request).then([done] { done(); }, std::move(fail));
      else
        std::move(request).then([done](T& x) { done(std::move(x)); },
                                std::move(fail));
    }
  }

  void judge(caf::expected<T> outcome) {
    alarm_.dispose();
    if (outcome)
      return on_done_(std::move(outcome));
    // Timeouts of the attempt's own may end with ours.
    if (is_over()
        && (outcome.error() == errc::timed_out
            || outcome.error() == caf::sec::request_timeout))
      return on_done_(timed_out());
    last_error_ = std::move(outcome.error());
    can_retry(self_, receiver_, last_error_, opts_)
      .then(
        [me = this->shared_from_this()](bool yes) {
          if (yes && !me->is_over())
            me->repeat();
          else
            me->on_done_(std::move(me->last_error_));
        },
        [me = this->shared_from_this()](const caf::error&) {
          // Somebody killed the receiver.
          me->on_done_(std::move(me->last_error_));
        });
  }

  void repeat() {
    opts_.timeout = budget();
    fetch();
  }

  caf::error timed_out() const {
    return caf::make_error(errc::timed_out,
                           timeout_details{last_error_, std::nullopt});
  }

  Self* self_;
  receiver_actor receiver_;
  caf::actor_clock::time_point deadline_;
  fetch_options opts_;
  Attempt attempt_;
  OnDone on_done_;
  caf::error last_error_;
  caf::disposable alarm_;
};

} // namespace bearer::detail
