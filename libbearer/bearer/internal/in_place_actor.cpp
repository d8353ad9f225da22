#include <bearer/internal/in_place_actor.hpp>
#include <bearer/internal/match.hpp>
#include <bearer/internal/owed_answer.hpp>

#include <caf/action.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/sec.hpp>
#include <caf/system_messages.hpp>

#include <exception>

namespace bearer::internal {

namespace {

/// What CAF answers in the place of an actor that has ended.
void turn_away(const caf::mailbox_element& what) {
  if (what.sender && what.mid.is_request())
    what.sender->enqueue(
      detail::make_letter(nullptr, what.mid.response_id(),
                          caf::make_message(
                            caf::make_error(caf::sec::request_receiver_down))),
      nullptr);
}

bool is_end(const caf::mailbox_element& what) noexcept {
  return what.content().match_elements<caf::exit_msg>();
}

} // namespace

bool in_place_actor::enqueue(caf::mailbox_element_ptr what,
                             detail::executor* context) {
  if (ended_) {
    turn_away(*what);
    return false;
  }
  auto mine = letters_.put(std::move(what));
  // CAF may hold this actor's lock when it says that it has linked it to one
  // that has ended.
  if (mine && !(is_end(*mine) && hand_on(mine)))
    work(std::move(mine), context);
  return true;
}

void in_place_actor::work(caf::mailbox_element_ptr what,
                          detail::executor* context) {
  // Whoever is answered may drop the reference that the sender has.
  const auto itself = caf::strong_actor_ptr{ctrl()};
  context_ = context;
  for (auto done = std::size_t{0}; what; what = letters_.next()) {
    if (done++ == patience && !ended_ && hand_on(what))
      return;
    process(*what);
  }
}

bool in_place_actor::hand_on(caf::mailbox_element_ptr& what) noexcept {
  letters_.put_back(std::move(what));
  try {
    const auto memory = detail::thread_memory{};
    home_system().spawn([this, itself = caf::strong_actor_ptr{ctrl()}](
                          caf::event_based_actor* worker) {
      work(letters_.next(), worker->context());
    });
    return true;
  } catch (...) {
    what = letters_.next();
    return false;
  }
}

void in_place_actor::process(caf::mailbox_element& what) {
  if (ended_) {
    turn_away(what);
    return;
  }
  // As CAF does with answers that nobody waits for.
  if (what.mid.is_response())
    return;
  current_ = &what;
  try {
    if (!receive(what.content()) && !receive_from_caf(what.content())
        && what.mid.is_request())
      answer(caf::make_message(caf::make_error(caf::sec::unexpected_message)));
  } catch (...) {
    fail();
    // A thread that is cancelled unwinds without an exception, and must go on.
    if (!std::current_exception())
      throw;
  }
  current_ = nullptr;
}

bool in_place_actor::receive_from_caf(const caf::message& what) {
  return match<caf::action>(what, [](caf::action todo) { todo.run(); })
         || match<caf::exit_msg>(what, [this](const caf::exit_msg& exit) {
              unlink_from(exit.source);
              if (exit.reason)
                end(exit.reason);
            });
}

void in_place_actor::answer(caf::message what) {
  owed_answer{this}.give(this, std::move(what));
}

void in_place_actor::fail() noexcept {
  auto why = caf::make_error(caf::sec::runtime_error, name());
  if (current_message_id().is_request())
    answer(caf::make_message(why));
  end(std::move(why));
}

void in_place_actor::end(caf::error why) {
  ended_ = true;
  on_end();
  cleanup(std::move(why), context_);
  unregister_from_system();
}

void in_place_actor::on_last_reference() noexcept {
  if (!ended_.exchange(true))
    on_end();
}

} // namespace bearer::internal
