#include <bearer/detail/caf_compat.hpp>
#include <bearer/detail/saturating.hpp>
#include <bearer/error.hpp>
#include <bearer/internal/alarm.hpp>
#include <bearer/internal/family_keeper.hpp>
#include <bearer/type_ids.hpp>

#include <caf/actor_system.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/stateful_actor.hpp>

#include <utility>

namespace bearer::internal {

namespace {

class keeper_state {
public:
  static constexpr auto name = "bearer.family";

  keeper_state(caf::event_based_actor* self, caf::timespan interval,
               family_look look)
    : self_(self), interval_(interval), look_(std::move(look)), alarm_(self) {
    detail::ignore_errors(self_);
  }

  caf::behavior make_behavior() {
    set_alarm();
    return {[this](stop_atom) { self_->quit(caf::make_error(errc::stopped)); }};
  }

private:
  void ring() {
    if (look_(self_->clock().now()))
      set_alarm();
  }

  void set_alarm() {
    alarm_.set(detail::saturating_add(self_->clock().now(), interval_),
               [this] { ring(); });
  }

  caf::event_based_actor* self_;
  caf::timespan interval_;
  family_look look_;
  alarm<caf::event_based_actor> alarm_;
};

} // namespace

caf::actor spawn_family_keeper(caf::actor_system& sys, caf::timespan interval,
                               family_look look) {
  return sys.spawn<caf::stateful_actor<keeper_state>>(interval,
                                                      std::move(look));
}

} // namespace bearer::internal
