#include <bearer/internal/in_place_actor.hpp>
#include <bearer/internal/match.hpp>
#include <bearer/internal/owed_answer.hpp>

#include <caf/action.hpp>
#include <caf/behavior.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/sec.hpp>
#include <caf/system_messages.hpp>
#include <caf/type_id.hpp>

#include <exception>

namespace bearer::internal {

namespace {

/// What CAF answers in the place of an actor that has ended.
void turn_away(const caf::mailbox_element& what) noexcept {
  if (!what.sender || !what.mid.is_request())
    return;
  try {
    auto why = caf::make_error(caf::sec::request_receiver_down);
    what.sender->enqueue(detail::make_letter(nullptr, what.mid.response_id(),
                                             caf::make_message(std::move(why))),
                         nullptr);
  } catch (...) {
    // There is no memory for it.
  }
}

} // namespace

bool in_place_actor::enqueue(caf::mailbox_element_ptr what,
                             detail::executor* context) {
  if (ended_) {
    turn_away(*what);
    return false;
  }
  if (auto mine = letters_.put(std::move(what)))
    work(std::move(mine), context);
  return true;
}

// -- working through the messages ---------------------------------------------

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

bool in_place_actor::hand_on(caf::mailbox_element_ptr& what) {
  letters_.put_back(std::move(what));
  auto go_on = [this](caf::event_based_actor* worker) {
    work(letters_.next(), worker->context());
  };
  if (have_worker(go_on))
    return true;
  what = letters_.next();
  return false;
}

template <class F>
bool in_place_actor::have_worker(F todo) noexcept {
  try {
    const auto memory = detail::thread_memory{};
    // With a message, because CAF 1.1 starts actors on the thread that spawns
    // them.
    auto wait = [itself = caf::strong_actor_ptr{ctrl()},
                 todo](caf::event_based_actor* worker) -> caf::behavior {
      return {[itself, todo, worker](caf::ok_atom) {
        worker->quit();
        todo(worker);
      }};
    };
    detail::anon_mail(home_system().spawn(std::move(wait)), caf::ok_atom_v);
    return true;
  } catch (...) {
    return false;
  }
}

void in_place_actor::process(caf::mailbox_element& what) {
  if (ended_) {
    turn_away(what);
    return;
  }
  current_ = &what;
  try {
    if (what.mid.is_response())
      receive_answer(what.content());
    else
      receive_message(what.content());
  } catch (...) {
    fail();
    // A thread that is cancelled unwinds without an exception, and must go on.
    if (!std::current_exception()) {
      turn_away_all();
      throw;
    }
  }
}

void in_place_actor::receive_message(const caf::message& what) {
  const auto known = receive_from_caf(what) || receive(what);
  if (!known && current_message_id().is_request())
    answer(caf::make_message(caf::make_error(caf::sec::unexpected_message)));
}

bool in_place_actor::receive_from_caf(const caf::message& what) {
  auto part = [this](const caf::exit_msg& exit) {
    if (exit.reason)
      end(exit.reason);
    else
      unlink(exit.source);
  };
  return match<caf::exit_msg>(what, part)
         || match<caf::action>(what, [](caf::action todo) { todo.run(); });
}

void in_place_actor::answer(caf::message what) {
  owed_answer{this}.give(this, std::move(what));
}

// -- the end ------------------------------------------------------------------

// What takes this actor's lock is a worker's: CAF holds that while it sends the
// news that somebody whom it links this actor to has ended.

void in_place_actor::unlink(const caf::actor_addr& whom) noexcept {
  have_worker([this, whom](caf::event_based_actor*) { unlink_from(whom); });
}

void in_place_actor::end(const caf::error& why) noexcept {
  retire();
  try {
    have_worker([this, why](caf::event_based_actor* worker) {
      depart(why, worker->context());
    });
  } catch (...) {
    // There is no memory for the reason: it departs with its last reference.
  }
}

void in_place_actor::retire() noexcept {
  ended_ = true;
  on_end();
}

void in_place_actor::depart(const caf::error& why, detail::executor* context) {
  try {
    if (cleanup(caf::error{why}, context))
      unregister_from_system();
  } catch (...) {
    // Nobody else does on CAF 1.1, and the actor system would never end.
    unregister_from_system();
    throw;
  }
}

void in_place_actor::fail() noexcept {
  auto why = caf::error{};
  try {
    why = caf::make_error(caf::sec::runtime_error, name());
    if (current_message_id().is_request())
      answer(caf::make_message(why));
  } catch (...) {
    turn_away(*current_);
  }
  end(why);
}

void in_place_actor::turn_away_all() noexcept {
  while (auto next = letters_.next())
    turn_away(*next);
}

void in_place_actor::on_last_reference() noexcept {
  if (!ended_.exchange(true))
    on_end();
}

} // namespace bearer::internal
