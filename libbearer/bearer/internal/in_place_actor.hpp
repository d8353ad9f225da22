#pragma once

#include <bearer/detail/caf_compat.hpp>
#include <bearer/detail/thread_memory.hpp>
#include <bearer/internal/letter_line.hpp>

#include <caf/actor_addr.hpp>
#include <caf/actor_cast.hpp>
#include <caf/actor_config.hpp>
#include <caf/actor_control_block.hpp>
#include <caf/actor_system.hpp>
#include <caf/error.hpp>
#include <caf/logger.hpp>
#include <caf/mailbox_element.hpp>
#include <caf/make_actor.hpp>
#include <caf/message.hpp>
#include <caf/message_id.hpp>
#include <caf/message_priority.hpp>

#include <atomic>
#include <cstddef>
#include <utility>

namespace bearer::internal {

/// An actor that processes a message on the thread that sends it, unless it is
/// at another one just then: then whoever is at that goes on with it. So it is
/// like other actors to everybody, one message at a time and those of each
/// sender in their order, but needs neither a mailbox nor a turn of a worker's.
///
/// Processing a message must not wait, nor take locks that senders may hold.
/// Messages do not overtake each other.
class in_place_actor : public detail::unscheduled_actor {
public:
  in_place_actor(const in_place_actor&) = delete;

  in_place_actor& operator=(const in_place_actor&) = delete;

  /// How many messages a thread processes on end before a worker goes on, so
  /// that no sender is kept for ever by those who never stop.
  static constexpr auto patience = std::size_t{500};

  // -- what CAF wants of actors -----------------------------------------------

  bool enqueue(caf::mailbox_element_ptr what, detail::executor* context) final;

  void setup_metrics() noexcept {
    // There is no mailbox to measure.
  }

  // -- the message at hand, as CAF's own actors have it -----------------------

  caf::mailbox_element* current_mailbox_element() noexcept {
    return current_;
  }

  caf::strong_actor_ptr& current_sender() noexcept {
    return current_->sender;
  }

  caf::message_id current_message_id() const noexcept {
    return current_->mid;
  }

  detail::executor* context() noexcept {
    return context_;
  }

protected:
  explicit in_place_actor(caf::actor_config config = caf::actor_config{})
    : detail::unscheduled_actor(config) {
    // nop
  }

  /// Processes what is in the message at hand.
  /// @returns whether it understands such messages.
  virtual bool receive(const caf::message& what) = 0;

  /// Processes the answer to a request. By default nobody waits for one.
  virtual void receive_answer(const caf::message&) {
    // nop
  }

  /// Forgets everything. Afterwards there are no messages any more.
  virtual void on_end() noexcept = 0;

  /// Answers the message at hand.
  void answer(caf::message what);

  /// Sends a message.
  /// @param id Its priority, or the number of a request.
  template <class Handle, class... Ts>
  void send(caf::message_id id, const Handle& to, Ts&&... xs) {
    deliver(to, detail::make_letter(
                  ctrl(), id, caf::make_message(std::forward<Ts>(xs)...)));
  }

  /// Leaves the message at hand to somebody else, who gets this in its place.
  template <class Handle, class... Ts>
  void pass_on(const Handle& to, Ts&&... xs) {
    const auto asker = current_->sender;
    try {
      deliver(to, detail::rewrite(*current_,
                                  caf::make_message(std::forward<Ts>(xs)...)));
    } catch (...) {
      // Now the answer is ours again.
      current_->sender = asker;
      throw;
    }
  }

  /// From the message at hand on, there are no others. `depart` has to follow.
  void retire() noexcept;

  /// Tells those who watch this actor or are linked to it that it has ended,
  /// unless somebody else tells them already. May be called by any thread that
  /// holds no lock and is not processing a message of this actor's.
  /// @throws whatever they have attached may throw.
  void depart(const caf::error& why, detail::executor* context);

private:
  template <class Handle>
  void deliver(const Handle& to, caf::mailbox_element_ptr what) {
    if (auto* whom = caf::actor_cast<caf::actor_control_block*>(to))
      whom->enqueue(std::move(what), context_);
  }

  void on_last_reference() noexcept final;

  /// Processes this message and all that come in the meantime.
  void work(caf::mailbox_element_ptr what, detail::executor* context);

  /// Has a worker go on with this message.
  /// @returns whether there is one.
  bool hand_on(caf::mailbox_element_ptr& what);

  /// Has a worker do this, which keeps the actor until then.
  /// @returns whether there is one.
  template <class F>
  bool have_worker(F todo) noexcept;

  void process(caf::mailbox_element& what);

  void receive_message(const caf::message& what);

  /// Processes what all actors understand.
  bool receive_from_caf(const caf::message& what);

  void unlink(const caf::actor_addr& whom) noexcept;

  void end(const caf::error& why) noexcept;

  /// Ends because of the message at hand.
  void fail() noexcept;

  void turn_away_all() noexcept;

  letter_line letters_;
  caf::mailbox_element* current_ = nullptr;
  detail::executor* context_ = nullptr;
  std::atomic<bool> ended_ = false;
};

/// Spawns an in-place actor.
template <class T, class... Ts>
caf::strong_actor_ptr spawn_in_place(caf::actor_system& sys, Ts&&... xs) {
  // CAF asks for the logger, and may not know this thread.
  const auto memory = detail::thread_memory{};
  CAF_SET_LOGGER_SYS(&sys);
  auto result = caf::make_actor<T, caf::strong_actor_ptr>(
    sys.next_actor_id(), sys.node(), &sys, std::forward<Ts>(xs)...);
  // The actor system does not end before it.
  result->get()->register_at_system();
  return result;
}

} // namespace bearer::internal
