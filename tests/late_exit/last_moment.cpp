#include "late_exit/last_moment.hpp"

#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <mutex>

#include <unistd.h>

namespace late_exit {

namespace {

using namespace std::chrono_literals;

/// Far more than anything here takes.
constexpr auto patience = 30s;

class rendezvous {
public:
  void hang() {
    auto guard = std::unique_lock{mutex_};
    hanging_ = true;
    changed_.notify_all();
    changed_.wait(guard, [this] { return released_; });
  }

  bool wait_until_one_hangs() {
    auto guard = std::unique_lock{mutex_};
    return changed_.wait_for(guard, patience, [this] { return hanging_; });
  }

  void thread_ends() {
    const auto guard = std::lock_guard{mutex_};
    ended_ = true;
    changed_.notify_all();
  }

  /// Whether the thread that hung, if any, has ended in good time.
  bool release_and_wait() {
    auto guard = std::unique_lock{mutex_};
    released_ = true;
    changed_.notify_all();
    return !hanging_
           || changed_.wait_for(guard, patience, [this] { return ended_; });
  }

private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool hanging_ = false;
  bool released_ = false;
  bool ended_ = false;
};

/// Never destroyed.
rendezvous& point() {
  static auto& result = *new rendezvous;
  return result;
}

/// Destroyed when everything that the thread was started with is, too.
struct end_of_thread {
  end_of_thread() = default;

  end_of_thread(const end_of_thread&) = delete;

  end_of_thread& operator=(const end_of_thread&) = delete;

  ~end_of_thread() {
    point().thread_ends();
  }
};

void last_moment(int, void*) {
  if (!point().release_and_wait())
    ::_exit(EXIT_FAILURE);
}

/// What is registered first runs last, and nothing runs before this. (What
/// std::atexit knows runs with the end of the file that it is in.)
void register_last_moment() {
  ::on_exit(last_moment, nullptr);
}

__attribute__((section(".preinit_array"), used)) void (*const first_of_all)()
  = register_last_moment;

} // namespace

void hang_until_last_moment() {
  thread_local const end_of_thread reporter;
  point().hang();
}

bool wait_until_one_hangs() {
  return point().wait_until_one_hangs();
}

} // namespace late_exit
