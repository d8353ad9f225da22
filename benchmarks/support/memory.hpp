#pragma once

#include <cstddef>

#include <malloc.h>

namespace bearer::bench {

/// Bytes that the program has allocated and not freed.
inline std::size_t heap_in_use() {
  const auto info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

} // namespace bearer::bench
