#pragma once

#include <bearer/detail/wipe.hpp>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string_view>
#include <utility>

namespace bearer::detail {

/// A block of memory for text that may hold a secret: allocated once, never
/// moved to another place, wiped at the end. Not thread-safe.
class wiped_buffer {
public:
  /// Allocates `capacity` bytes, and one for the terminator.
  explicit wiped_buffer(std::size_t capacity)
    : bytes_(new char[capacity + 1]), capacity_(capacity) {
    bytes_[0] = '\0';
  }

  wiped_buffer(wiped_buffer&& other) noexcept
    : bytes_(std::move(other.bytes_)),
      capacity_(other.capacity_),
      size_(other.size_) {
    other.capacity_ = 0;
    other.size_ = 0;
  }

  wiped_buffer& operator=(wiped_buffer&&) = delete;

  ~wiped_buffer() {
    if (bytes_)
      wipe(bytes_.get(), capacity_ + 1);
  }

  /// The text, always followed by a NUL byte that does not count.
  char* data() noexcept {
    return bytes_.get();
  }

  std::string_view view() const noexcept {
    return {bytes_.get(), size_};
  }

  std::size_t size() const noexcept {
    return size_;
  }

  std::size_t capacity() const noexcept {
    return capacity_;
  }

  /// Where the next bytes go; there is room for `room()` of them.
  char* tail() noexcept {
    return bytes_.get() + size_;
  }

  std::size_t room() const noexcept {
    return capacity_ - size_;
  }

  /// Tells that `count` bytes, at most `room()`, were written to `tail()`.
  void commit(std::size_t count) noexcept {
    size_ += count;
    bytes_[size_] = '\0';
  }

  /// Forgets the first `count` bytes, at most `size()`.
  void drop_front(std::size_t count) noexcept {
    std::copy(bytes_.get() + count, bytes_.get() + size_, bytes_.get());
    wipe(bytes_.get() + size_ - count, count);
    size_ -= count;
  }

private:
  std::unique_ptr<char[]> bytes_;
  std::size_t capacity_;
  std::size_t size_ = 0;
};

} // namespace bearer::detail
