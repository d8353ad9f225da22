#pragma once

#include <chrono>

namespace demo {

/// Makes Ctrl-C and its like something to wait for, in all threads that are
/// started from now on. A pipe whose reader has gone is no reason to end, for
/// there is something to clean up.
void hold_interrupts();

/// Waits.
/// @returns false as soon as somebody wants the program to end.
bool sleep_unless_interrupted(std::chrono::seconds how_long);

} // namespace demo
