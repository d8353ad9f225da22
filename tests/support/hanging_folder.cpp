#include "support/hanging_folder.hpp"

#include "support/own_mounts.hpp"

#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <sys/mount.h>
#include <unistd.h>

namespace bearer::test {

namespace {

void throw_if(bool failed, const char* what) {
  if (failed)
    throw std::system_error(errno, std::system_category(), what);
}

std::string mount_options(int server) {
  return "rootmode=40000,user_id=" + std::to_string(::getuid()) + ",group_id="
         + std::to_string(::getgid()) + ",fd=" + std::to_string(server);
}

} // namespace

hanging_folder::hanging_folder()
  : server_(::open("/dev/fuse", O_RDWR | O_CLOEXEC)) {
  throw_if(!server_, "/dev/fuse");
  throw_if(!own_mounts(), "mounts of its own");
  throw_if(::mount("hangs", folder_.path().c_str(), "fuse",
                   MS_NOSUID | MS_NODEV, mount_options(server_.get()).c_str())
             != 0,
           "mount");
}

hanging_folder::~hanging_folder() {
  recover();
}

void hanging_folder::recover() noexcept {
  if (!server_)
    return;
  // Without a server, the kernel fails what waits for it.
  server_.reset();
  ::umount2(folder_.path().c_str(), MNT_DETACH);
}

} // namespace bearer::test
