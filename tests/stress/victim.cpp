#include "victim.hpp"

#include <bearer/receiver.hpp>

#include <caf/event_based_actor.hpp>
#include <caf/stateful_actor.hpp>

#include <utility>

namespace stress {

namespace {

class victim_state {
public:
  static constexpr auto name = "stress.victim";

  victim_state(caf::event_based_actor* self, std::shared_ptr<life> of,
               bearer::receiver_actor via,
               std::shared_ptr<std::atomic<bool>> waits)
    : self_(self),
      life_(std::move(of)),
      via_(std::move(via)),
      waits_(std::move(waits)) {
    // nop
  }

  caf::behavior make_behavior() {
    ++life_->seen.sent;
    *waits_ = true;
    // Waits through everything, so that somebody can kill it.
    auto options = bearer::fetch_options{};
    options.max_retries = 1'000;
    bearer::fetch(self_, via_, options)
      .then(
        [this](const bearer::token&) {
          ++life_->seen.tokens;
          end();
        },
        [this](const caf::error& err) {
          life_->seen.count(err);
          end();
        });
    via_ = nullptr;
    return {
      [](bearer::stop_atom) { /* does nothing but wait */ },
    };
  }

private:
  void end() {
    *waits_ = false;
    self_->quit();
  }

  caf::event_based_actor* self_;
  std::shared_ptr<life> life_;
  bearer::receiver_actor via_;
  std::shared_ptr<std::atomic<bool>> waits_;
};

} // namespace

caf::actor spawn_victim(caf::actor_system& sys, std::shared_ptr<life> of,
                        const bearer::receiver_actor& via,
                        std::shared_ptr<std::atomic<bool>> waits) {
  return sys.spawn<caf::stateful_actor<victim_state>>(std::move(of), via,
                                                      std::move(waits));
}

} // namespace stress
