#include "simulation/callers.hpp"

#include <bearer/detail/caf_compat.hpp>
#include <bearer/error.hpp>

#include <caf/event_based_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <utility>

namespace bearer::sim {

namespace {

/// Sends the fetch as a request and takes down what comes of it.
template <class Request>
void await_answer(Request request, const note& take_note, std::size_t id) {
  std::move(request).then(
    [=](const token& tok) {
      take_note(seen::fetch_answered{id, tok});
    },
    [=](const caf::error& err) {
      take_note(seen::fetch_answered{id, err});
    });
}

/// Waits for the answer to a fetch that was only sent, and for another one that
/// must not come. Ends when nobody knows this actor any more.
caf::behavior await_message(caf::event_based_actor* self, const note& take_note,
                            std::size_t id) {
  auto end = [=](const caf::expected<token>& answer) {
    take_note(seen::fetch_answered{id, answer});
  };
  // An error that comes as a message gets nowhere else on 0.18.7. Deprecated on
  // 1.x.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
  self->set_error_handler([=](caf::error& err) { end(err); });
#pragma GCC diagnostic pop
  return {[=](const token& tok) { end(tok); }};
}

} // namespace

caf::actor spawn_fetcher(caf::actor_system& sys, note take_note, std::size_t id,
                         const handle& bearer, receiver_actor receiver,
                         const errand& what) {
  return sys.spawn([=, cache = bearer.actor(), receiver = std::move(receiver)](
                     caf::event_based_actor* self) mutable -> caf::behavior {
    take_note(seen::fetch_sent{id, what.meant, what.via, what.receiver});
    auto mail = [&] { return detail::mail(self, fetch_atom_v, what.sent); };
    auto result = caf::behavior{};
    if (what.via == route::only_sent) {
      mail().send(cache);
      result = await_message(self, take_note, id);
    } else if (what.via == route::direct) {
      await_answer(mail().request(cache, caf::infinite), take_note, id);
    } else if (what.via == route::urgent) {
      await_answer(mail().urgent().request(cache, caf::infinite), take_note,
                   id);
    } else {
      await_answer(mail().request(receiver, caf::infinite), take_note, id);
    }
    cache = nullptr;
    receiver = nullptr;
    return result;
  });
}

caf::actor spawn_rejecting_fetcher(caf::actor_system& sys, note take_note,
                                   std::size_t id, const handle& bearer,
                                   const generation& what) {
  return sys.spawn(
    [=, cache = bearer.actor()](caf::event_based_actor* self) mutable {
      take_note(seen::rejected{what, false});
      detail::mail(self, reject_atom_v, what).send(cache);
      take_note(seen::fetch_sent{id, {}, route::direct, {}});
      await_answer(detail::mail(self, fetch_atom_v, fetch_options{})
                     .request(cache, caf::infinite),
                   take_note, id);
      cache = nullptr;
    });
}

void spawn_rejecter(caf::actor_system& sys, note take_note,
                    const handle& bearer, const generation& what) {
  sys.spawn([=, cache = bearer.actor()](caf::event_based_actor* self) mutable {
    take_note(seen::rejected{what, false});
    detail::mail(self, reject_atom_v, what)
      .request(cache, caf::infinite)
      .then(
        [=] {
          take_note(seen::reject_answered{what, {}});
        },
        [=](const caf::error& err) {
          take_note(seen::reject_answered{what, err});
        });
    cache = nullptr;
  });
}

void spawn_retrier(caf::actor_system& sys, note take_note, std::size_t id,
                   const receiver_actor& receiver, const caf::error& why,
                   const fetch_options& opts) {
  sys.spawn([=, to = receiver](caf::event_based_actor* self) mutable {
    take_note(seen::retry_asked{});
    auto before = std::make_shared<generation>();
    auto refused = std::make_shared<bool>();
    auto ignore = [](const caf::error&) {};
    detail::mail(self, latest_atom_v)
      .request(to, caf::infinite)
      .then(
        [=](const optional_token& tok) {
          if (tok)
            *before = tok->generation;
        },
        ignore);
    detail::mail(self, can_retry_atom_v, why, opts)
      .request(to, caf::infinite)
      .then(
        [=](bool yes) {
          take_note(seen::retry_answered{id, opts.max_retries, *before, yes});
          *refused = yes && !is_bearer_error(why);
        },
        ignore);
    // What was the latest all the time has been rejected.
    detail::mail(self, latest_atom_v)
      .request(to, caf::infinite)
      .then(
        [=](const optional_token& tok) {
          if (*refused && tok && tok->generation == *before)
            take_note(seen::rejected{*before, true});
        },
        ignore);
    to = nullptr;
  });
}

void spawn_asker(caf::actor_system& sys, note take_note, const handle& bearer) {
  sys.spawn([=, cache = bearer.actor()](caf::event_based_actor* self) mutable {
    detail::mail(self, status_atom_v)
      .request(cache, caf::infinite)
      .then([=](const status& x) { take_note(seen::status_answered{x}); },
            [](const caf::error&) {});
    cache = nullptr;
  });
}

void spawn_closer(caf::actor_system& sys, note take_note, const handle& bearer,
                  caf::timespan grace) {
  sys.spawn([=, cache = bearer.actor()](caf::event_based_actor* self) mutable {
    take_note(seen::closed{grace});
    detail::mail(self, close_atom_v, grace)
      .request(cache, caf::infinite)
      .then([=] { take_note(seen::close_answered{}); },
            [](const caf::error&) {});
    cache = nullptr;
  });
}

event_listener spawn_listener(caf::actor_system& sys, note take_note,
                              std::size_t id) {
  return sys.spawn(
    [=](event_listener::pointer) -> event_listener::behavior_type {
      return {[=](const event& what) { take_note(seen::told{id, what}); }};
    });
}

} // namespace bearer::sim
