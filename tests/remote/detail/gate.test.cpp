#include <bearer/detail/caf_compat.hpp>
#include <bearer/remote/detail/gate.hpp>

#include "support/eventually.hpp"
#include "support/real_time.hpp"

#include <caf/actor_cast.hpp>
#include <caf/actor_registry.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/exit_reason.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <cstdint>
#include <utility>

using namespace bearer;
using namespace bearer::remote;
using namespace bearer::remote::detail;
using namespace bearer::test;
using namespace std::chrono_literals;

namespace {

/// The number of questions without an answer.
constexpr auto unanswered = std::uint64_t{404};

/// Answers all other questions with the budget that they came with, and has
/// told of two tokens.
desk_actor::behavior_type false_desk(desk_actor::pointer self) {
  return {
    [](fetch_atom, const question& what) -> caf::result<answer> {
      if (what.number == unanswered)
        return caf::delegated<answer>{};
      auto result = answer{};
      result.usable_for = what.budget;
      return result;
    },
    [](status_atom) { return status{}; },
    [self](subscribe_atom, const caf::weak_actor_ptr& gate) {
      const auto to = caf::actor_cast<gate_hub>(gate.lock());
      bearer::detail::mail(self, publish_atom_v, generation{1, 3}).send(to);
      bearer::detail::mail(self, rejected_atom_v, generation{1, 2}).send(to);
    },
    [](const event&) {},
    [self](stop_atom) { self->quit(); },
  };
}

/// One who has subscribed.
struct subscriber {
  subscriber(caf::actor_system& sys, gate_actor to)
    : self(sys), gate(std::move(to)) {
    bearer::detail::mail(self.ptr(), subscribe_atom_v, std::uint64_t{7})
      .send(gate);
  }

  void ask(const question& what) {
    bearer::detail::mail(self.ptr(), fetch_atom_v, what).send(gate);
  }

  /// What comes next.
  answer hear() {
    auto result = answer{};
    self->receive([&](fetch_atom, const answer& found) { result = found; },
                  caf::after(patience) >> [] { FAIL("no answer"); });
    return result;
  }

  /// What is told of tokens with this word.
  template <class Atom>
  generation hear_of(Atom) {
    auto result = generation{};
    self->receive(
      [&](Atom, std::uint64_t key, const generation& what) {
        CHECK(key == 7);
        result = what;
      },
      caf::after(patience) >> [] { FAIL("no news"); });
    return result;
  }

  /// Waits until the gate has looked at everything.
  void wait_until_heard() {
    bearer::detail::mail(self.ptr(), status_atom_v).send(gate);
    self->receive([](const status&) {},
                  caf::after(patience) >> [] { FAIL("no status"); });
  }

  caf::scoped_actor self;
  gate_actor gate;
};

struct fixture {
  caf::actor_system_config settings;
  caf::actor_system sys{settings};
  desk_actor desk = sys.spawn(false_desk);
  gate_actor gate = spawn_gate(sys, desk);
  subscriber someone{sys, gate};
};

} // namespace

TEST_CASE_METHOD(fixture, "a gate answers with the number and the key",
                 "[remote]") {
  auto asked = question{};
  asked.number = 42;
  someone.ask(asked);
  const auto found = someone.hear();
  CHECK(found.number == 42);
  CHECK(found.key == 7);
}

TEST_CASE_METHOD(fixture, "a gate says that a question has arrived",
                 "[remote]") {
  auto asked = question{};
  asked.number = unanswered;
  someone.ask(asked);
  someone.self->receive(
    [](fetch_atom, std::uint64_t key, std::uint64_t number) {
      CHECK(key == 7);
      CHECK(number == unanswered);
    },
    caf::after(patience) >> [] { FAIL("nothing is said"); });
}

TEST_CASE_METHOD(fixture, "no question waits longer than a minute at a gate",
                 "[remote][I6]") {
  const auto budget_of = [&](caf::timespan budget) {
    auto asked = question{};
    asked.budget = budget;
    someone.ask(asked);
    return someone.hear().usable_for;
  };
  CHECK(budget_of(5s) == 5s);
  CHECK(budget_of(caf::timespan::max()) == 1min);
  CHECK(budget_of(caf::timespan::min()) == 0s);
}

TEST_CASE_METHOD(fixture, "who comes late to a gate is told what he has missed",
                 "[remote][I4]") {
  CHECK(someone.hear_of(publish_atom_v) == generation{1, 3});
  CHECK(someone.hear_of(rejected_atom_v) == generation{1, 2});
  auto late = subscriber{sys, gate};
  CHECK(late.hear_of(publish_atom_v) == generation{1, 3});
  CHECK(late.hear_of(rejected_atom_v) == generation{1, 2});
}

TEST_CASE_METHOD(fixture, "lines that ended leave their questions behind",
                 "[remote]") {
  auto asked = question{};
  asked.number = unanswered;
  for (auto line = 0; line < 16; ++line) {
    auto another = subscriber{sys, gate};
    for (auto i = 0; i < 8; ++i)
      another.ask(asked);
    another.wait_until_heard();
  }
  someone.ask(asked);
  CHECK(someone.hear().code == errc::busy);
}

TEST_CASE_METHOD(fixture, "a gate ends with its desk, however that ends",
                 "[remote]") {
  someone.wait_until_heard();
  const auto before = sys.registry().running();
  caf::anon_send_exit(desk, caf::exit_reason::kill);
  CHECK(eventually([&] { return sys.registry().running() <= before - 2; }));
}
