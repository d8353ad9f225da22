#pragma once

#include <caf/actor_system.hpp>
#include <caf/blocking_actor.hpp>
#include <caf/logger.hpp>
#include <caf/scoped_actor.hpp>

namespace bearer::internal {

/// Lets a thread forget the actor system that it learns of in the meantime. CAF
/// remembers the logger of the last one in each thread that makes a scoped
/// actor, and an actor system does not end while any thread remembers its own.
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

/// A scoped actor for any thread of the application, of which nothing remains
/// there.
class passing_actor {
public:
  explicit passing_actor(caf::actor_system& sys) : self_(sys) {
    // nop
  }

  caf::blocking_actor* get() const {
    return self_.ptr();
  }

private:
  // First, so that it goes last.
  thread_memory memory_;
  caf::scoped_actor self_;
};

} // namespace bearer::internal
