#pragma once

#include <atomic>
#include <cstddef>
#include <filesystem>
#include <iterator>

namespace bearer::test {

/// The number of threads of this process.
inline std::size_t thread_count() {
  return static_cast<std::size_t>(
    std::distance(std::filesystem::directory_iterator{"/proc/self/task"}, {}));
}

/// The most threads that were seen. Thread-safe.
class most_threads {
public:
  void look() {
    const auto now = thread_count();
    for (auto x = count_.load();
         x < now && !count_.compare_exchange_weak(x, now);)
      continue;
  }

  std::size_t count() const {
    return count_;
  }

private:
  std::atomic<std::size_t> count_ = 0;
};

} // namespace bearer::test
