#include "helper_process.hpp"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace stress {

namespace {

/// Both ends of a pipe. Programs that others start do not inherit them: they
/// would keep the helper going.
class private_pipe {
public:
  private_pipe() {
    if (pipe2(ends_.data(), O_CLOEXEC) != 0)
      throw std::system_error(errno, std::system_category(), "pipe2");
  }

  private_pipe(const private_pipe&) = delete;

  private_pipe& operator=(const private_pipe&) = delete;

  ~private_pipe() {
    for (auto end : ends_)
      if (end >= 0)
        close(end);
  }

  int end(std::size_t which) const {
    return ends_[which];
  }

  /// Hands an end over: 0 to read from, 1 to write to.
  std::FILE* open(std::size_t which) {
    auto* result = fdopen(std::exchange(ends_[which], -1),
                          which == 0 ? "r" : "w");
    if (result == nullptr)
      throw std::system_error(errno, std::system_category(), "fdopen");
    return result;
  }

private:
  std::array<int, 2> ends_ = {-1, -1};
};

/// In a group of its own: whoever interrupts this program does not interrupt
/// its helpers, which end with it anyway.
pid_t start(std::vector<std::string>& command, int input, int output) {
  auto argv = std::vector<char*>{};
  for (auto& word : command)
    argv.push_back(word.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  auto pid = pid_t{-1};
  const auto failure = posix_spawn(&pid, argv[0], &actions, &attributes,
                                   argv.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (failure != 0)
    throw std::system_error(failure, std::system_category(), command[0]);
  return pid;
}

} // namespace

helper_process::helper_process(std::vector<std::string> command)
  : name_(command.at(0)) {
  auto to = private_pipe{};
  auto from = private_pipe{};
  pid_ = start(command, to.end(0), from.end(1));
  input_ = to.open(1);
  output_ = from.open(0);
}

helper_process::helper_process(helper_process&& other) noexcept
  : name_(std::move(other.name_)),
    pid_(std::exchange(other.pid_, -1)),
    input_(std::exchange(other.input_, nullptr)),
    output_(std::exchange(other.output_, nullptr)) {
  // nop
}

helper_process::~helper_process() {
  stop();
}

void helper_process::say(const std::string& line) {
  std::fprintf(input_, "%s\n", line.c_str());
  std::fflush(input_);
}

std::string helper_process::hear() {
  auto line = std::string{};
  for (auto next = std::fgetc(output_); next != '\n';
       next = std::fgetc(output_)) {
    if (next == EOF)
      throw std::runtime_error(name_ + " says no more");
    line += static_cast<char>(next);
  }
  return line;
}

bool helper_process::stop() {
  if (pid_ < 0)
    return false;
  std::fclose(std::exchange(input_, nullptr));
  auto status = 0;
  const auto ended = waitpid(std::exchange(pid_, -1), &status, 0);
  std::fclose(std::exchange(output_, nullptr));
  return ended > 0 && WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SUCCESS;
}

std::string program_beside_this(const char* name) {
  return std::filesystem::read_symlink("/proc/self/exe")
    .replace_filename(name)
    .string();
}

} // namespace stress
