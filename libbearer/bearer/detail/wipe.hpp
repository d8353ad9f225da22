#pragma once

#include <cstddef>
#include <string>

namespace bearer::detail {

/// Overwrites `size` bytes with zeros in a way that the compiler may not drop,
/// although nobody reads them afterwards.
inline void wipe(void* data, std::size_t size) noexcept {
  auto* bytes = static_cast<volatile unsigned char*>(data);
  for (std::size_t i = 0; i < size; ++i)
    bytes[i] = 0;
}

/// Overwrites everything that `str` has allocated, then empties it.
inline void wipe(std::string& str) noexcept {
  wipe(str.data(), str.capacity());
  str.clear();
}

/// Wipes a string at the end of the scope, on every way out of it.
class wipe_guard {
public:
  explicit wipe_guard(std::string& str) noexcept : str_(str) {
    // nop
  }

  wipe_guard(const wipe_guard&) = delete;

  wipe_guard& operator=(const wipe_guard&) = delete;

  ~wipe_guard() {
    wipe(str_);
  }

private:
  std::string& str_;
};

} // namespace bearer::detail
