#pragma once

#if defined(__SANITIZE_ADDRESS__)
#  define BEARER_SIM_FINDS_LEAKS
#elif defined(__has_feature)
#  if __has_feature(address_sanitizer)
#    define BEARER_SIM_FINDS_LEAKS
#  endif
#endif

#ifdef BEARER_SIM_FINDS_LEAKS
#  include <sanitizer/lsan_interface.h>
#endif

namespace bearer::sim {

/// Whether LeakSanitizer finds memory of this process that nobody holds any
/// more; it tells of it on the standard error. For processes that end without
/// running to the end, which it would not look at otherwise.
inline bool has_leaks() {
#ifdef BEARER_SIM_FINDS_LEAKS
  return __lsan_do_recoverable_leak_check() != 0;
#else
  return false;
#endif
}

} // namespace bearer::sim
