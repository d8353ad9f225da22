#include "child_process.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace example {

namespace {

void throw_if(bool failed, int code, const std::string& what) {
  if (failed)
    throw std::system_error(code, std::system_category(), what);
}

/// Starts a program.
/// @returns an error code.
int spawn(pid_t& pid, const std::string& program,
          const std::vector<std::string>& arguments, int input, int output) {
  auto words = arguments;
  words.insert(words.begin(), program);
  auto argv = std::vector<char*>{};
  for (auto& word : words)
    argv.push_back(word.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  const auto result = posix_spawn(&pid, program.c_str(), &actions, nullptr,
                                  argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  return result;
}

} // namespace

child_process::child_process(const std::filesystem::path& program,
                             const std::vector<std::string>& arguments) {
  int in[2];
  throw_if(pipe2(in, O_CLOEXEC) != 0, errno, "pipe");
  int out[2];
  if (pipe2(out, O_CLOEXEC) != 0) {
    const auto code = errno;
    close(in[0]);
    close(in[1]);
    throw_if(true, code, "pipe");
  }
  const auto failure = spawn(pid_, program.string(), arguments, in[0], out[1]);
  close(in[0]);
  close(out[1]);
  if (failure != 0) {
    close(in[1]);
    close(out[0]);
  }
  throw_if(failure != 0, failure, program.string());
  input_ = in[1];
  output_ = out[0];
}

child_process::~child_process() {
  stop();
}

void child_process::tell(const std::string& line) {
  const auto text = line + '\n';
  for (auto done = std::size_t{0}; done < text.size();) {
    const auto count = write(input_, text.data() + done, text.size() - done);
    throw_if(count < 0 && errno != EINTR, errno, "write");
    done += static_cast<std::size_t>(std::max(count, ssize_t{0}));
  }
}

std::optional<std::string>
child_process::hear(std::chrono::milliseconds limit) {
  const auto end = std::chrono::steady_clock::now() + limit;
  for (;;) {
    if (const auto at = heard_.find('\n'); at != std::string::npos) {
      auto result = heard_.substr(0, at);
      heard_.erase(0, at + 1);
      return result;
    }
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(
      end - std::chrono::steady_clock::now());
    auto ready = pollfd{output_, POLLIN, 0};
    const auto wait = static_cast<int>(
      std::max<std::chrono::milliseconds::rep>(left.count(), 0));
    const auto count = poll(&ready, 1, wait);
    if (count == 0)
      return std::nullopt;
    if (count < 0)
      continue;
    auto buffer = std::array<char, 1'024>{};
    const auto size = read(output_, buffer.data(), buffer.size());
    if (size <= 0)
      return std::nullopt;
    heard_.append(buffer.data(), static_cast<std::size_t>(size));
  }
}

bool child_process::stop() {
  if (input_ < 0)
    return false;
  close(input_);
  input_ = -1;
  auto status = 0;
  auto ended = pid_t{};
  do
    ended = waitpid(pid_, &status, 0);
  while (ended < 0 && errno == EINTR);
  close(output_);
  return ended == pid_ && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

std::filesystem::path beside_this_program(const std::string& name) {
  return std::filesystem::read_symlink("/proc/self/exe").replace_filename(name);
}

} // namespace example
