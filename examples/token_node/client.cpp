#include "client.hpp"

#include <bearer/actors.hpp>
#include <bearer/error.hpp>
#include <bearer/receiver.hpp>

#include <caf/actor_clock.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/timestamp.hpp>

#include "witness.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace token_node {

namespace {

/// After a fetch that was lost, which may be so at once again.
constexpr auto least_pause_after_loss = std::chrono::milliseconds{100};

class client_state {
public:
  static constexpr auto name = "token_node.client";

  client_state(caf::event_based_actor* self, bearer::handle tokens,
               const client_habits& habits,
               std::shared_ptr<tally_collector> results)
    : self_(self),
      tokens_(std::move(tokens)),
      habits_(habits),
      results_(std::move(results)) {
    // nop
  }

  caf::behavior make_behavior() {
    // Later: an actor must not quit before it has begun.
    wait(caf::timespan::zero());
    return {
      [this](bearer::stop_atom) {
        finishing_ = true;
        if (pausing_)
          leave();
      },
    };
  }

private:
  void fetch() {
    pausing_ = false;
    if (finishing_)
      return leave();
    receiver_ = tokens_.receiver();
    begun_ = caf::make_timestamp();
    bearer::fetch(self_, receiver_)
      .then([this](const bearer::token& tok) { use(tok); },
            [this](const caf::error& why) { miss(why); });
  }

  void use(const bearer::token& tok) {
    witness_.gets(tok, begun_, caf::make_timestamp());
    reject_if_due(tok);
    go_on(habits_.pause);
  }

  void reject_if_due(const bearer::token& tok) {
    const auto now = self_->clock().now();
    if (habits_.reject_every == caf::timespan::zero() || now < reject_next_)
      return;
    reject_next_ = now + habits_.reject_every;
    witness_.rejects(tok.generation);
    tokens_.reject(tok.generation);
  }

  void miss(const caf::error& why) {
    // The end of the program stops the bearer, and may cut attempts short.
    if (finishing_ && why != bearer::errc::timed_out)
      return leave();
    witness_.misses(why);
    if (why == bearer::errc::stopped)
      return leave();
    go_on(std::max<caf::timespan>(habits_.pause, least_pause_after_loss));
  }

  void go_on(caf::timespan pause) {
    if (finishing_)
      leave();
    else if (pause == caf::timespan::zero())
      fetch();
    else
      wait(pause);
  }

  void wait(caf::timespan pause) {
    pausing_ = true;
    self_->run_delayed(pause, [this] { fetch(); });
  }

  void leave() {
    results_->add(witness_.result());
    self_->quit();
  }

  caf::event_based_actor* self_;
  bearer::handle tokens_;
  client_habits habits_;
  std::shared_ptr<tally_collector> results_;

  /// Of the fetch under way.
  bearer::receiver_actor receiver_;
  caf::timestamp begun_;

  /// When it may reject the next one.
  caf::actor_clock::time_point reject_next_ = {};

  bool pausing_ = false;
  bool finishing_ = false;
  witness witness_;
};

} // namespace

caf::actor spawn_client(caf::actor_system& sys, const bearer::handle& tokens,
                        const client_habits& habits,
                        std::shared_ptr<tally_collector> results) {
  return sys.spawn<caf::stateful_actor<client_state>>(tokens, habits,
                                                      std::move(results));
}

} // namespace token_node
