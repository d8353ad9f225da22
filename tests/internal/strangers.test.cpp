// What any actor of the program may do to a bearer's actors, by mistake or not.

#include "support/scene.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <functional>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

using namespace bearer;
using namespace bearer::test;
using namespace std::chrono_literals;

namespace {

// -- strangers ----------------------------------------------------------------

/// Understands none of the answers, which makes CAF return an error to whoever
/// sent them.
caf::behavior deaf(caf::event_based_actor*) {
  return {[](int) {}};
}

using stoppable = caf::typed_actor<caf::result<void>(stop_atom)>;

/// Turns every answer into a publication or a stop, in the name of whoever sent
/// it.
caf::behavior forge(caf::event_based_actor* self, const cache_actor& cache,
                    const stoppable& refresher, const token& fake) {
  auto publish = [=] {
    return detail::mail(self, publish_atom_v, fake, caf::timestamp::max())
      .delegate(cache);
  };
  return {
    [=](const token&) { return publish(); },
    [=](const caf::error&) { return publish(); },
    [=](const status&) {
      return detail::mail(self, stop_atom_v).delegate(refresher);
    },
    [=](const event&) { return publish(); },
  };
}

// -- what they send -----------------------------------------------------------

using deed = std::function<void(caf::event_based_actor*, const cache_actor&)>;

struct named_deed {
  std::string name;
  deed act;
};

/// All messages that are answered, sent without a request.
std::vector<named_deed> deeds() {
  return {
    {"fetch",
     [](auto* self, const auto& cache) {
       detail::mail(self, fetch_atom_v, fetch_options{}).send(cache);
     }},
    {"a fetch with an error",
     [](auto* self, const auto& cache) {
       detail::mail(self, fetch_atom_v, within(-1s)).send(cache);
     }},
    {"a fetch that reports",
     [](auto* self, const auto& cache) {
       detail::mail(self, fetch_atom_v, reporting()).send(cache);
     }},
    {"a fetch as a receiver passes it on",
     [](auto* self, const auto& cache) {
       detail::mail(self, fetch_atom_v, fetch_options{}, receiver_link{})
         .send(cache);
     }},
    {"reject",
     [](auto* self, const auto& cache) {
       detail::mail(self, reject_atom_v, generation{1, 2}).send(cache);
     }},
    {"publish",
     [](auto* self, const auto& cache) {
       detail::mail(self, publish_atom_v, make_token("x"), caf::timestamp{})
         .send(cache);
     }},
    {"withdraw",
     [](auto* self, const auto& cache) {
       detail::mail(self, withdraw_atom_v, generation{1, 2}).send(cache);
     }},
    {"status",
     [](auto* self, const auto& cache) {
       detail::mail(self, status_atom_v).send(cache);
     }},
    {"subscribe",
     [](auto* self, const auto& cache) {
       detail::mail(self, subscribe_atom_v,
                    caf::actor_cast<event_listener>(self))
         .send(cache);
     }},
    {"subscribe and unsubscribe",
     [](auto* self, const auto& cache) {
       const auto me = caf::actor_cast<event_listener>(self);
       detail::mail(self, subscribe_atom_v, me).send(cache);
       detail::mail(self, unsubscribe_atom_v, me).send(cache);
     }},
  };
}

/// Spawns an actor of both kinds that does this.
void let_strangers(scene& s, const deed& act) {
  const auto cache = s.bearer.actor();
  auto fake = make_token("forged", s.time.wall(), 1h);
  fake.generation.count = 100;
  s.time.sys().spawn([=](caf::event_based_actor* self) {
    act(self, cache);
    return deaf(self);
  });
  const auto refresher = caf::actor_cast<stoppable>(s.refresher());
  s.time.sys().spawn([=](caf::event_based_actor* self) {
    act(self, cache);
    return forge(self, cache, refresher, fake);
  });
  s.time.settle();
}

} // namespace

TEST_CASE("whatever strangers send without a request, the bearer lives on",
          "[strangers][I7][I11]") {
  const auto where = GENERATE(as<std::string>{}, "on a miss", "on a hit",
                              "from the refresher");
  for (const auto& [name, act] : deeds()) {
    CAPTURE(name, where);
    scene s;
    if (where != "on a miss") {
      s.gives(100s);
      s.fetch();
    }
    if (where == "from the refresher") {
      // In a backoff the cache hands over, and the refresher answers at once.
      s.fails();
      s.time.advance(91s);
      s.bearer.request_renewal();
    }
    let_strangers(s, act);
    s.gives(100s);
    s.time.advance(10s);
    CHECK(s.status().state != bearer_state::stopped);
    const auto tok = s.fetch();
    REQUIRE(tok.answers() == 1);
    CHECK(text(tok.value()) != "forged");
  }
}

TEST_CASE("errors out of the blue end neither cache nor refresher",
          "[strangers][I11]") {
  scene s;
  s.gives(100s);
  const auto refresher = s.refresher();
  for (const auto& whom :
       {refresher, caf::actor_cast<caf::actor>(s.bearer.actor())})
    detail::anon_mail(whom, caf::make_error(errc::busy));
  s.time.settle();
  CHECK(s.fetch().value().generation.count == 1);
}

TEST_CASE("nobody but the source tells what keeps an attempt",
          "[strangers][I6]") {
  scene s;
  const auto waiting = s.fetch(within(1s));
  s.time.sys().spawn([to = s.refresher()](caf::event_based_actor* self) {
    detail::mail(self, obstacle_atom_v, std::uint64_t{1},
                 caf::make_error(errc::busy))
      .send(to);
  });
  s.time.advance(1s);
  const auto details = timeout_details_of(waiting.error());
  REQUIRE(details);
  CHECK(!details->last_error);
}

TEST_CASE("a fetch that is only sent gets its answer without a sender",
          "[strangers][I5]") {
  scene s;
  const auto hit = GENERATE(false, true);
  CAPTURE(hit);
  if (hit) {
    s.gives(100s);
    s.fetch();
  }
  auto tokens = std::vector<token>{};
  auto senders = std::vector<bool>{};
  s.time.sys().spawn(
    [&, cache = s.bearer.actor()](caf::event_based_actor* self) {
      detail::mail(self, fetch_atom_v, fetch_options{}).send(cache);
      return caf::behavior{[&, self](const token& tok) {
        tokens.push_back(tok);
        senders.push_back(self->current_sender() != nullptr);
      }};
    });
  s.time.settle();
  if (!hit) {
    s.source.answer(0, make_token("x"));
    s.time.settle();
  }
  REQUIRE(tokens.size() == 1);
  CHECK(tokens[0].generation.count == 1);
  CHECK(senders == std::vector<bool>{false});
  CHECK(s.status().fetches.total() == (hit ? 2 : 1));
}

TEST_CASE("a rejection that nobody asked about ends nobody", "[strangers]") {
  scene s;
  auto alive = std::make_shared<bool>(true);
  auto sender = s.time.sys().spawn(
    [cache = s.bearer.actor()](caf::event_based_actor* self) {
      detail::mail(self, reject_atom_v, generation{1, 2}).send(cache);
      return deaf(self);
    });
  sender->attach_functor([alive] { *alive = false; });
  s.time.settle();
  CHECK(*alive);
}

namespace {

template <class F>
event_listener spawn_listener(scene& s, F f) {
  return caf::actor_cast<event_listener>(s.time.sys().spawn(f));
}

} // namespace

TEST_CASE("a listener that answers with an error ends nothing but itself",
          "[I20][I11]") {
  scene s;
  s.gives(100s);
  auto fails = spawn_listener(s, [](caf::event_based_actor*) -> caf::behavior {
    return {[](const event&) -> caf::result<void> {
      return caf::make_error(caf::sec::runtime_error, "cannot listen");
    }};
  });
  auto strange
    = spawn_listener(s, [](caf::event_based_actor*) -> caf::behavior {
        return {[](int) { /* no handler for events */ }};
      });
  auto throws = spawn_listener(s, [](caf::event_based_actor*) -> caf::behavior {
    return {[](const event& x) {
      if (!std::holds_alternative<bearer::status>(x.what))
        throw std::runtime_error("cannot listen");
    }};
  });
  for (const auto& listener : {fails, strange, throws})
    s.bearer.subscribe(listener);
  s.time.settle();
  s.fetch();
  s.time.advance(10min);
  CHECK(s.status().state == bearer_state::scheduled);
  CHECK(s.fetch().value().generation.count == 7);
}
