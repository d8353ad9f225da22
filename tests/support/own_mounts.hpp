#pragma once

#include <sched.h>
#include <sys/mount.h>

namespace bearer::test {

/// Makes what is mounted from now on visible to nobody but the calling thread
/// and those that it starts. Later calls only tell how the first one went.
/// @returns false if the rights do not allow it.
inline bool own_mounts() {
  static const auto result
    = ::unshare(CLONE_NEWNS) == 0
      && ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
  return result;
}

} // namespace bearer::test
