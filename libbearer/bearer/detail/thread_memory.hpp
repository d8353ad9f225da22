#pragma once

#include <caf/logger.hpp>

namespace bearer::detail {

/// Lets a thread forget the actor system that it learns of in the meantime. CAF
/// remembers the logger of the last one in each thread that spawns an actor or
/// makes a scoped one, and an actor system does not end while any thread
/// remembers its own.
class thread_memory {
public:
  thread_memory() noexcept : before_(caf::logger::current_logger()) {
    // nop
  }

  thread_memory(const thread_memory&) = delete;

  thread_memory& operator=(const thread_memory&) = delete;

  ~thread_memory() {
    if (caf::logger::current_logger() != before_)
      CAF_SET_LOGGER_SYS(nullptr);
  }

private:
  const caf::logger* before_;
};

} // namespace bearer::detail
