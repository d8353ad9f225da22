#include <bearer/detail/caf_compat.hpp>
#include <bearer/remote/detail/gate.hpp>

#include "support/real_time.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <catch2/catch_test_macros.hpp>

#include <chrono>

using namespace bearer;
using namespace bearer::remote;
using namespace bearer::remote::detail;
using namespace bearer::test;
using namespace std::chrono_literals;

namespace {

/// Answers every question with the budget that it came with.
desk_actor::behavior_type budget_teller(desk_actor::pointer) {
  return {
    [](fetch_atom, const question& what) -> caf::result<answer> {
      auto result = answer{};
      result.usable_for = what.budget;
      return result;
    },
    [](status_atom) { return status{}; },
    [](subscribe_atom, const caf::weak_actor_ptr&) {},
    [](const event&) {},
    [](stop_atom) {},
  };
}

/// A gate, and one who has subscribed.
struct fixture {
  fixture() {
    bearer::detail::mail(self.ptr(), subscribe_atom_v, std::uint64_t{7})
      .send(gate);
  }

  answer ask(const question& what) {
    auto result = answer{};
    bearer::detail::mail(self.ptr(), fetch_atom_v, what).send(gate);
    self->receive([&](fetch_atom, const answer& found) { result = found; },
                  caf::after(patience) >> [] { FAIL("no answer"); });
    return result;
  }

  caf::actor_system_config settings;
  caf::actor_system sys{settings};
  caf::scoped_actor self{sys};
  gate_actor gate = spawn_gate(sys, sys.spawn(budget_teller));
};

} // namespace

TEST_CASE_METHOD(fixture, "a gate answers with the number and the key",
                 "[remote]") {
  auto asked = question{};
  asked.number = 42;
  const auto found = ask(asked);
  CHECK(found.number == 42);
  CHECK(found.key == 7);
}

TEST_CASE_METHOD(fixture, "no question waits longer than a minute at a gate",
                 "[remote][I6]") {
  auto asked = question{};
  asked.budget = 5s;
  CHECK(ask(asked).usable_for == 5s);
  asked.budget = caf::timespan::max();
  CHECK(ask(asked).usable_for == 1min);
  asked.budget = caf::timespan::min();
  CHECK(ask(asked).usable_for == 0s);
}
