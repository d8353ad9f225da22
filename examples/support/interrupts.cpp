#include "interrupts.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <ctime>

#include <signal.h>
#include <unistd.h>

namespace example {

namespace {

constexpr auto wake_signal = SIGUSR1;

sigset_t awaited() {
  sigset_t result;
  sigemptyset(&result);
  for (const auto signal : {SIGINT, SIGTERM, SIGHUP, wake_signal})
    sigaddset(&result, signal);
  return result;
}

} // namespace

void hold_interrupts() {
  const auto set = awaited();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

awakening sleep_until(std::chrono::steady_clock::time_point end) {
  const auto set = awaited();
  for (;;) {
    const auto left = std::max(end - std::chrono::steady_clock::now(),
                               std::chrono::steady_clock::duration::zero());
    const auto seconds = std::chrono::floor<std::chrono::seconds>(left);
    const auto limit = timespec{static_cast<time_t>(seconds.count()),
                                static_cast<long>((left - seconds).count())};
    const auto signal = sigtimedwait(&set, nullptr, &limit);
    if (signal == wake_signal)
      return awakening::woken;
    if (signal > 0 || (errno != EAGAIN && errno != EINTR))
      return awakening::interrupted;
    if (errno == EAGAIN)
      return awakening::time_is_up;
  }
}

void wake_sleeper() {
  // To the process: all its threads hold it back, so that it waits for the
  // sleeper.
  kill(getpid(), wake_signal);
}

} // namespace example
