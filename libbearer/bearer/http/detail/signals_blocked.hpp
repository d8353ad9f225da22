#pragma once

#include <csignal>

#include <pthread.h>

namespace bearer::http::detail {

/// Keeps all signals from the threads that are started meanwhile: they are for
/// the application's threads, and a broken connection is no reason for SIGPIPE.
class signals_blocked {
public:
  signals_blocked() noexcept {
    auto all = sigset_t{};
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }

  signals_blocked(const signals_blocked&) = delete;

  signals_blocked& operator=(const signals_blocked&) = delete;

  ~signals_blocked() {
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }

private:
  sigset_t before_{};
};

} // namespace bearer::http::detail
