#include "subscriber.hpp"

#include <bearer/actors.hpp>
#include <bearer/event.hpp>

#include <caf/actor_cast.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/exit_reason.hpp>
#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>

#include "random.hpp"

#include <utility>
#include <variant>

namespace stress {

namespace {

using namespace std::chrono_literals;

constexpr auto longest_stay = 3s;

class subscriber_state {
public:
  static constexpr auto name = "stress.subscriber";

  subscriber_state(caf::event_based_actor* self, world* in, std::size_t index)
    : self_(self),
      world_(*in),
      present_(in->subscribers),
      random_(in->seed * 1'000'033 + index) {
    // nop
  }

  caf::behavior make_behavior() {
    const auto& at = *world_.stations[random_() % world_.stations.size()];
    auto bearer = at.current()->bearer;
    auto me = caf::actor_cast<bearer::event_listener>(self_);
    bearer.subscribe(me);
    // Again, which must change nothing.
    if (random_.one_in(3))
      bearer.subscribe(me);
    self_->run_delayed(random_.up_to(longest_stay),
                       [this, bearer] { leave(bearer); });
    return {
      [this](const bearer::event& what) { check(what); },
    };
  }

private:
  void leave(const bearer::handle& bearer) {
    if (random_.one_in(3))
      caf::anon_send_exit(self_, caf::exit_reason::kill);
    else if (random_.one_in(2))
      bearer.unsubscribe(caf::actor_cast<bearer::event_listener>(self_));
    self_->quit();
  }

  void check(const bearer::event& what) {
    using namespace bearer::events;
    ++world_.found.events;
    const auto* state = std::get_if<bearer::status>(&what.what);
    const auto is_end = std::holds_alternative<stopped>(what.what);
    // The state comes first and only then; the end comes last.
    const auto misplaced = first_ ? state == nullptr && !is_end
                                  : state != nullptr;
    if (misplaced || ended_)
      ++world_.found.disorder;
    if (state != nullptr && state->current)
      count_ = state->current->count;
    if (const auto* fresh = std::get_if<published>(&what.what)) {
      if (fresh->generation.count <= count_)
        ++world_.found.disorder;
      count_ = fresh->generation.count;
    }
    first_ = false;
    ended_ = is_end;
  }

  caf::event_based_actor* self_;
  world& world_;
  presence present_;
  small_random random_;
  bool first_ = true;
  bool ended_ = false;
  std::uint64_t count_ = 0;
};

} // namespace

void spawn_subscriber(caf::actor_system& sys, world& in, std::size_t index) {
  ++in.found.subscribers;
  sys.spawn<caf::stateful_actor<subscriber_state>>(&in, index);
}

} // namespace stress
