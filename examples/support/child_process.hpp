#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace example {

/// A program that runs beside this one, as long as its standard input is open.
class child_process {
public:
  /// Starts it. Signals that are held back here are so there.
  /// @throws std::system_error
  child_process(const std::filesystem::path& program,
                const std::vector<std::string>& arguments);

  child_process(const child_process&) = delete;

  child_process& operator=(const child_process&) = delete;

  ~child_process();

  /// Writes a line to its standard input.
  /// @throws std::system_error
  void tell(const std::string& line);

  /// Reads a line of its standard output.
  /// @returns nothing if none comes in time.
  std::optional<std::string> hear(std::chrono::milliseconds limit);

  /// Closes its standard input and waits for its end.
  /// @returns whether it had been at work until now, and ended well.
  bool stop();

private:
  pid_t pid_ = 0;
  int input_ = -1;
  int output_ = -1;

  /// Has been read but is no whole line yet.
  std::string heard_;
};

/// Where a program is that lies in the folder of this one.
std::filesystem::path beside_this_program(const std::string& name);

} // namespace example
