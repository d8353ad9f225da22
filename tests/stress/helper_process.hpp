#pragma once

#include <cstdio>
#include <string>
#include <vector>

#include <sys/types.h>

namespace stress {

/// A program that works until its standard input is closed, so that it ends
/// with this one however that ends. For one thread at a time.
class helper_process {
public:
  /// @param command The program's path and its arguments.
  /// @throws std::system_error
  explicit helper_process(std::vector<std::string> command);

  helper_process(helper_process&& other) noexcept;

  helper_process& operator=(helper_process&&) = delete;

  ~helper_process();

  /// Hands it a line to read.
  void say(const std::string& line);

  /// Waits for the next line that it prints.
  /// @throws std::runtime_error if there is none.
  std::string hear();

  /// Closes its input and waits for its end.
  /// @returns whether it had been at work until now, and ended well.
  bool stop();

private:
  std::string name_;
  pid_t pid_ = -1;
  std::FILE* input_ = nullptr;
  std::FILE* output_ = nullptr;
};

/// The path of a program in the folder of this one.
std::string program_beside_this(const char* name);

} // namespace stress
