#pragma once

#include <bearer/detail/thread_memory.hpp>

#include <caf/actor_system.hpp>
#include <caf/blocking_actor.hpp>
#include <caf/scoped_actor.hpp>

namespace bearer::internal {

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
  detail::thread_memory memory_;
  caf::scoped_actor self_;
};

} // namespace bearer::internal
