#include "simulation/delivery.hpp"

#include "simulation/dice.hpp"

#include <cstddef>

namespace bearer::sim {

namespace {

/// Nothing takes so many messages.
constexpr auto endless = std::size_t{100'000};

} // namespace

void deliver(test::virtual_time& time, const steps::deliver& what,
             const between_messages& then) {
  auto random = dice{what.choice};
  for (std::size_t i = 0; i < what.count && time.ready() > 0; ++i) {
    time.deliver_one(random.below(time.ready()));
    then();
  }
}

void settle(test::virtual_time& time, const steps::settle& what,
            const between_messages& then) {
  auto random = dice{what.choice};
  for (std::size_t i = 0; time.ready() > 0; ++i) {
    if (i == endless)
      throw never_calm{};
    time.deliver_one(random.below(time.ready()));
    then();
  }
}

} // namespace bearer::sim
