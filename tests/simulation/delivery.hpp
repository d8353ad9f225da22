#pragma once

#include "support/virtual_time.hpp"

#include "simulation/step.hpp"

namespace bearer::sim {

/// Lets actors process as many messages as the step says, or all there are.
void deliver(test::virtual_time& time, const steps::deliver& what);

/// Lets actors process all messages, and those that come of them.
/// @throws std::runtime_error if that has no end.
void settle(test::virtual_time& time, const steps::settle& what);

} // namespace bearer::sim
