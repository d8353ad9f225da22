#pragma once

#include <bearer/detail/wipe.hpp>

#include <cerrno>
#include <cstddef>
#include <system_error>

#include <sys/mman.h>

namespace memory_scan {

/// Memory of no allocator's, wiped and gone at the end. Shared with nobody, but
/// called so, because the kernel joins private mappings that are neighbours.
class private_pages {
public:
  explicit private_pages(std::size_t length)
    : start_(static_cast<char*>(::mmap(nullptr, length, PROT_READ | PROT_WRITE,
                                       MAP_SHARED | MAP_ANONYMOUS, -1, 0))),
      length_(length) {
    if (start_ == MAP_FAILED)
      throw std::system_error(errno, std::system_category(), "mmap");
  }

  private_pages(const private_pages&) = delete;

  private_pages& operator=(const private_pages&) = delete;

  ~private_pages() {
    bearer::detail::wipe(start_, length_);
    ::munmap(start_, length_);
  }

  char* data() const noexcept {
    return start_;
  }

  std::size_t size() const noexcept {
    return length_;
  }

private:
  char* start_;
  std::size_t length_;
};

} // namespace memory_scan
