#pragma once

#include <cstddef>
#include <filesystem>
#include <iterator>

namespace bearer::test {

/// The number of threads of this process.
inline std::size_t thread_count() {
  return static_cast<std::size_t>(
    std::distance(std::filesystem::directory_iterator{"/proc/self/task"}, {}));
}

} // namespace bearer::test
