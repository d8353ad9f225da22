#pragma once

#include <chrono>
#include <cstdint>

namespace example {

/// Makes Ctrl-C and its like something to wait for, in all threads that are
/// started from now on. A pipe whose reader has gone is no reason to end, for
/// there is something to clean up.
void hold_interrupts();

/// Why a sleep ended.
enum class awakening : std::uint8_t {
  time_is_up,
  /// By `wake_sleeper`.
  woken,
  /// Somebody wants the program to end.
  interrupted,
};

/// Waits. For one thread only, after `hold_interrupts`.
awakening sleep_until(std::chrono::steady_clock::time_point end);

/// Ends the sleep, or the next one if nobody sleeps. May be called from any
/// thread.
void wake_sleeper();

} // namespace example
