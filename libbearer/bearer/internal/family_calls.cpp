#include <bearer/detail/caf_compat.hpp>
#include <bearer/detail/monitor.hpp>
#include <bearer/error.hpp>
#include <bearer/internal/family_calls.hpp>

#include <caf/actor_system.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <cstddef>

namespace bearer::internal {

namespace {

using roll_call = caf::typed_actor<caf::result<family_status>(status_atom)>;

class roll_call_state {
public:
  static constexpr auto name = "bearer.roll-call";

  roll_call_state(roll_call::pointer self, family_status counters,
                  std::vector<std::pair<std::string, cache_actor>> bearers)
    : self_(self), result_(std::move(counters)), bearers_(std::move(bearers)) {
    // nop
  }

  roll_call::behavior_type make_behavior() {
    return {[this](status_atom) { return ask(); }};
  }

private:
  caf::result<family_status> ask() {
    // Until it quits: whoever waits may be the only one to know this actor.
    itself_ = self_->ctrl();
    promise_ = self_->make_response_promise<family_status>();
    missing_ = bearers_.size();
    for (auto& [key, cache] : bearers_)
      // Infinite, because a bearer always answers at once.
      detail::mail(self_, status_atom_v)
        .request(cache, caf::infinite)
        .then(
          [this, key = key](status& x) {
            result_.bearers.insert_or_assign(key, std::move(x));
            count_down();
          },
          [this, key = key](const caf::error&) {
            // Killed, hence stopped, and nobody is left to tell more.
            result_.bearers[key].state = bearer_state::stopped;
            count_down();
          });
    bearers_.clear();
    if (missing_ == 0)
      finish();
    return promise_;
  }

  void count_down() {
    if (--missing_ == 0)
      finish();
  }

  void finish() {
    promise_.deliver(std::move(result_));
    self_->quit();
  }

  roll_call::pointer self_;
  caf::strong_actor_ptr itself_;
  family_status result_;
  std::vector<std::pair<std::string, cache_actor>> bearers_;
  std::size_t missing_ = 0;
  caf::typed_response_promise<family_status> promise_;
};

using group_end
  = caf::typed_actor<caf::result<void>(close_atom, caf::timespan)>;

class group_end_state {
public:
  static constexpr auto name = "bearer.group-end";

  group_end_state(group_end::pointer self, std::vector<cache_actor> bearers,
                  const caf::actor& keeper)
    : self_(self), bearers_(std::move(bearers)), missing_(bearers_.size()) {
    watch_ = detail::monitor(self_, keeper,
                             [this](const caf::error& why) { give_up(why); });
  }

  group_end::behavior_type make_behavior() {
    return {[this](close_atom, caf::timespan grace) { return close(grace); }};
  }

private:
  caf::result<void> close(caf::timespan grace) {
    // Until it quits: whoever waits may be the only one to know this actor.
    itself_ = self_->ctrl();
    promise_ = self_->make_response_promise<void>();
    auto count_down = [this] {
      if (--missing_ == 0)
        finish();
    };
    for (auto& cache : bearers_)
      // Infinite, because a bearer answers by the end of the grace.
      detail::mail(self_, close_atom_v, grace)
        .request(cache, caf::infinite)
        .then(count_down, [count_down](const caf::error&) { count_down(); });
    if (missing_ == 0)
      finish();
    return promise_;
  }

  /// The keeper has ended, perhaps before anybody has said close.
  void give_up(const caf::error& why) {
    // Else whoever has one of them may go on.
    if (why == errc::stopped)
      for (const auto& cache : bearers_)
        detail::anon_mail(cache, stop_atom_v);
    bearers_.clear();
    missing_ = 0;
    if (promise_.pending())
      finish();
  }

  void finish() {
    promise_.deliver();
    self_->quit();
  }

  group_end::pointer self_;
  caf::strong_actor_ptr itself_;

  /// Held until the end: without its cache a bearer does not wait for anything.
  std::vector<cache_actor> bearers_;
  std::size_t missing_;
  caf::typed_response_promise<void> promise_;
  detail::monitoring watch_;
};

} // namespace

roll_call
spawn_roll_call(caf::actor_system& sys, family_status counters,
                std::vector<std::pair<std::string, cache_actor>> bearers) {
  using impl = caf::stateful_actor<roll_call_state, roll_call::impl>;
  return sys.spawn<impl>(std::move(counters), std::move(bearers));
}

group_end spawn_group_end(caf::actor_system& sys,
                          std::vector<cache_actor> bearers,
                          const caf::actor& keeper) {
  using impl = caf::stateful_actor<group_end_state, group_end::impl>;
  return sys.spawn<impl>(std::move(bearers), keeper);
}

} // namespace bearer::internal
