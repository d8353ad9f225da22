#pragma once

#include <bearer/source/detail/posix.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <string>
#include <thread>

namespace bearer::test {

/// A cable between two network namespaces on which packets take their time and
/// get lost. The kernel's own means for that, netem, is not in every kernel, so
/// a thread carries the packets from one TUN device to another.
class bad_wire {
public:
  struct quality {
    /// Each packet takes that long, and up to `jitter` more, so that some
    /// overtake others.
    std::chrono::milliseconds delay;
    std::chrono::milliseconds jitter;

    /// How many of a hundred packets are lost.
    unsigned loss;
  };

  /// Makes a device of this name in either namespace, which takes root's
  /// rights.
  /// @throws std::system_error
  bad_wire(const std::string& left, const std::string& right,
           const std::string& device, const quality& how);

  bad_wire(const bad_wire&) = delete;

  bad_wire& operator=(const bad_wire&) = delete;

  /// Takes the devices away.
  ~bad_wire();

  std::size_t lost() const noexcept {
    return lost_;
  }

private:
  void carry(const quality& how);

  detail::unique_fd left_;
  detail::unique_fd right_;

  /// Readable at the end.
  detail::unique_fd end_;

  std::atomic<std::size_t> lost_ = 0;
  std::thread carrier_;
};

} // namespace bearer::test
