#pragma once

#include <cstddef>
#include <memory>

namespace bearer::detail {

/// What a thread does.
class thread_job {
public:
  virtual ~thread_job();

  /// Must not throw.
  virtual void run() = 0;
};

/// Runs jobs that may block on threads of its own, so many at a time; the
/// others wait for their turn. Threads start with work and end without it. They
/// may outlive the crew, which they do not keep, so that a crew whose threads
/// are all blocked is gone with its owners. A job that blocks for ever takes
/// its thread with it, hence jobs that may block for different reasons want
/// different crews. All members may be called from any thread.
class thread_crew {
public:
  explicit thread_crew(std::size_t max_threads);

  /// Runs `job` once there is a thread for it, unless nobody holds it any more
  /// by then.
  /// @throws std::system_error or std::bad_alloc if there is no thread at all
  ///         and none can be started.
  void run(const std::shared_ptr<thread_job>& job);

private:
  class queue;

  std::shared_ptr<queue> queue_;
};

} // namespace bearer::detail
