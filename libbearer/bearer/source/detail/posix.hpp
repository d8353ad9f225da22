#pragma once

#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

#include <unistd.h>

/// The little that files and processes need of the operating system.
namespace bearer::detail {

/// What the system calls this value of `errno`. Thread-safe.
inline std::string errno_text(int code) {
  return std::generic_category().message(code);
}

/// Owns a file descriptor.
class unique_fd {
public:
  unique_fd() noexcept = default;

  /// Takes over `fd`; -1 means none.
  explicit unique_fd(int fd) noexcept : fd_(fd) {
    // nop
  }

  unique_fd(unique_fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {
    // nop
  }

  unique_fd& operator=(unique_fd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }

  ~unique_fd() {
    reset();
  }

  int get() const noexcept {
    return fd_;
  }

  explicit operator bool() const noexcept {
    return fd_ >= 0;
  }

  void reset() noexcept {
    if (fd_ >= 0)
      ::close(std::exchange(fd_, -1));
  }

private:
  int fd_ = -1;
};

/// read(2) that starts again after a signal.
inline ssize_t read_some(int fd, char* into, std::size_t size) noexcept {
  for (;;) {
    const auto result = ::read(fd, into, size);
    if (result >= 0 || errno != EINTR)
      return result;
  }
}

} // namespace bearer::detail
