#pragma once

#include <atomic>
#include <memory>

#include <unistd.h>

namespace bearer::remote::detail {

/// Owns a connected socket, which does not block, until somebody takes it over.
/// Thread-safe.
class owned_socket {
public:
  explicit owned_socket(int fd) noexcept : fd_(fd) {
    // nop
  }

  owned_socket(const owned_socket&) = delete;

  owned_socket& operator=(const owned_socket&) = delete;

  ~owned_socket() {
    if (const auto fd = release(); fd >= 0)
      ::close(fd);
  }

  /// Leaves the socket to the caller; -1 if somebody has taken it already.
  int release() noexcept {
    return fd_.exchange(-1);
  }

private:
  std::atomic<int> fd_;
};

/// Closed with its last copy.
using held_socket = std::shared_ptr<owned_socket>;

} // namespace bearer::remote::detail
