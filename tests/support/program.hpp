#pragma once

#include "support/temp_folder.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <sys/types.h>

namespace bearer::test {

/// How a run of a program ended.
struct program_outcome {
  /// -1 if a signal ended it.
  int exit_status = -1;

  std::string out;
  std::string err;

  /// The number of this name in the last line, which must be JSON.
  std::uint64_t operator[](const char* name) const;

  /// The same for numbers with a fraction.
  double fraction(const char* name) const;

  /// Whether this text is in what it printed.
  bool shows(const std::string& what) const;
};

/// A run of a program.
class program {
public:
  /// @param command The program, looked up in `PATH` if it is no path, and its
  ///                arguments.
  explicit program(std::vector<std::string> command);

  program(const program&) = delete;

  program& operator=(const program&) = delete;

  ~program();

  /// As Ctrl-C does.
  void interrupt();

  /// As those do who want a service to end.
  void terminate();

  /// Stops it where it is, as Ctrl-Z does, and lets it go on.
  void freeze();
  void thaw();

  /// Leaves it no time for anything, and waits for its end.
  void kill();

  /// Its standard output so far.
  std::string output() const;

  /// How often this text is in its standard output so far.
  std::size_t count(const std::string& what) const;

  /// Waits until this text is in its standard output so often; whether it came
  /// in good time.
  bool says(const std::string& what, std::size_t times = 1) const;

  /// Waits for its end.
  program_outcome wait();

private:
  temp_folder folder_;
  pid_t pid_ = 0;
};

/// Runs a program from start to end.
inline program_outcome run_to_end(std::vector<std::string> command) {
  return program{std::move(command)}.wait();
}

} // namespace bearer::test
