#include "interrupts.hpp"

#include <cerrno>
#include <csignal>
#include <ctime>

#include <signal.h>

namespace demo {

namespace {

sigset_t interrupts() {
  sigset_t result;
  sigemptyset(&result);
  for (const auto signal : {SIGINT, SIGTERM, SIGHUP})
    sigaddset(&result, signal);
  return result;
}

} // namespace

void hold_interrupts() {
  const auto set = interrupts();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

bool sleep_unless_interrupted(std::chrono::seconds how_long) {
  const auto set = interrupts();
  const auto end = std::chrono::steady_clock::now() + how_long;
  for (;;) {
    const auto left = end - std::chrono::steady_clock::now();
    if (left.count() <= 0)
      return true;
    const auto seconds = std::chrono::floor<std::chrono::seconds>(left);
    const auto limit = timespec{static_cast<time_t>(seconds.count()),
                                static_cast<long>((left - seconds).count())};
    if (sigtimedwait(&set, nullptr, &limit) > 0)
      return false;
    if (errno != EAGAIN && errno != EINTR)
      return false;
  }
}

} // namespace demo
