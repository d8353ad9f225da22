#include "chronicler.hpp"

#include <bearer/actors.hpp>
#include <bearer/event.hpp>

#include <caf/actor_cast.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/stateful_actor.hpp>

#include <utility>
#include <variant>

namespace stress {

namespace {

class chronicler_state {
public:
  static constexpr auto name = "stress.chronicler";

  chronicler_state(caf::event_based_actor*, std::shared_ptr<tally> into)
    : into_(std::move(into)) {
    // nop
  }

  caf::behavior make_behavior() {
    return {
      [this](const bearer::event& what) {
        std::visit([this](const auto& x) { note(x); }, what.what);
      },
    };
  }

private:
  void note(const bearer::events::attempt_started&) {
    ++into_->attempts;
  }

  void note(const bearer::events::attempt_ended& what) {
    using bearer::events::outcome;
    if (what.how == outcome::failed || what.how == outcome::given_up)
      into_->count_failure(what.error);
  }

  void note(const bearer::events::published& what) {
    if (what.generation.count > 1)
      ++into_->renewals;
  }

  void note(const bearer::events::rejected&) {
    ++into_->rejections;
  }

  template <class Other>
  void note(const Other&) {
    // nop
  }

  std::shared_ptr<tally> into_;
};

} // namespace

caf::actor spawn_chronicler(caf::actor_system& sys, const bearer::handle& of,
                            std::shared_ptr<tally> into) {
  auto result
    = sys.spawn<caf::stateful_actor<chronicler_state>>(std::move(into));
  of.subscribe(caf::actor_cast<bearer::event_listener>(result));
  return result;
}

} // namespace stress
