#include "rotator_process.hpp"

#include <cerrno>
#include <cstdlib>
#include <string>
#include <system_error>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace demo {

namespace {

void throw_if(bool failed, int code, const std::string& what) {
  if (failed)
    throw std::system_error(code, std::system_category(), what);
}

} // namespace

private_folder::private_folder() {
  auto name
    = (std::filesystem::temp_directory_path() / "bearer-XXXXXX").string();
  throw_if(mkdtemp(name.data()) == nullptr, errno, name);
  path_ = name;
}

private_folder::~private_folder() {
  auto ignored = std::error_code{};
  std::filesystem::remove_all(path_, ignored);
}

rotator_process::rotator_process(const std::filesystem::path& token_file) {
  const auto program = (std::filesystem::read_symlink("/proc/self/exe")
                          .replace_filename("token-rotator"))
                         .string();
  auto file = token_file.string();
  auto name = std::string{"token-rotator"};
  char* const argv[] = {name.data(), file.data(), nullptr};
  int ends[2];
  throw_if(pipe2(ends, O_CLOEXEC) != 0, errno, "pipe");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[0], STDIN_FILENO);
  // Ctrl-C is blocked here, hence in the new process too, which ends with its
  // input instead.
  const auto failure = posix_spawn(&pid_, program.c_str(), &actions, nullptr,
                                   argv, environ);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[0]);
  if (failure != 0)
    close(ends[1]);
  throw_if(failure != 0, failure, program);
  pipe_ = ends[1];
}

rotator_process::~rotator_process() {
  stop();
}

bool rotator_process::stop() {
  if (pipe_ < 0)
    return false;
  close(pipe_);
  pipe_ = -1;
  auto status = 0;
  while (waitpid(pid_, &status, 0) < 0)
    if (errno != EINTR)
      return false;
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

} // namespace demo
