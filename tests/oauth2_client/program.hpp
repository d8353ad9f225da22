#pragma once

#include "support/temp_folder.hpp"

#include <cstdint>
#include <string>
#include <vector>

#include <sys/types.h>

namespace bearer::test {

/// How a run of the program `oauth2_client` ended.
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

/// A run of the program `oauth2_client`.
class program {
public:
  explicit program(std::vector<std::string> arguments);

  program(const program&) = delete;

  program& operator=(const program&) = delete;

  ~program();

  /// As Ctrl-C does.
  void interrupt();

  /// Waits until this text is in its standard output; whether it came in good
  /// time.
  bool says(const std::string& what) const;

  /// Waits for its end.
  program_outcome wait();

private:
  temp_folder folder_;
  pid_t pid_ = 0;
};

/// Runs the program `oauth2_client` from start to end.
program_outcome run_program(std::vector<std::string> arguments);

} // namespace bearer::test
