#pragma once

#include <bearer/handle.hpp>

#include "support/real_time.hpp"

#include <chrono>
#include <cstdint>
#include <thread>

namespace bearer::test {

/// Waits until something holds that nobody tells of; false if it did not come
/// to hold in good time.
template <class Predicate>
bool eventually(Predicate holds) {
  const auto end = std::chrono::steady_clock::now() + patience;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > end)
      return false;
    // Whoever is to bring it about needs the processor.
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
  return true;
}

/// Waits until `n` fetches wait inside the bearer.
inline bool wait_for_waiters(const handle& bearer, std::uint64_t n) {
  return eventually([&] { return bearer.status().waiters == n; });
}

} // namespace bearer::test
