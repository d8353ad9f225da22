#pragma once

#include "support/virtual_time.hpp"

#include "simulation/step.hpp"

#include <functional>
#include <stdexcept>

namespace bearer::sim {

/// Messages lead to messages without end, and no time passes: a hot loop.
class never_calm : public std::runtime_error {
public:
  never_calm() : std::runtime_error("messages without an end") {
    // nop
  }
};

/// What is to be done after each message.
using between_messages = std::function<void()>;

/// Lets actors process as many messages as the step says, or all there are.
void deliver(
  test::virtual_time& time, const steps::deliver& what,
  const between_messages& then = [] { /* nop */ });

/// Lets actors process all messages, and those that come of them.
/// @throws never_calm if that has no end.
void settle(
  test::virtual_time& time, const steps::settle& what,
  const between_messages& then = [] { /* nop */ });

} // namespace bearer::sim
