#pragma once

#include <bearer/source/detail/posix.hpp>

#include <caf/expected.hpp>

#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace bearer::detail {

/// A program under way in a process group of its own. The destructor kills the
/// group and reaps the program if nobody has reaped it. Not thread-safe, but
/// for `kill_group`.
class child_process {
public:
  child_process(pid_t pid, unique_fd out, unique_fd err) noexcept;

  child_process(child_process&& other) noexcept;

  child_process& operator=(child_process&&) = delete;

  ~child_process();

  /// Where the program's standard output and standard error can be read; both
  /// non-blocking, and the caller's to close.
  unique_fd out;
  unique_fd err;

  /// Becomes readable when the program has ended; invalid where the operating
  /// system has no such thing.
  unique_fd end;

  /// Kills the program and all processes of its group. May be called from any
  /// thread until the program is reaped: up to then nobody else can have its
  /// number.
  void kill_group() const noexcept;

  /// Whether the program has ended and waits to be reaped. Does not block.
  bool has_ended() const noexcept;

  /// Blocks until the program has ended and removes it from the process table.
  /// @returns its wait status; nothing if the host application's own handling
  ///          of SIGCHLD took it.
  std::optional<int> reap() noexcept;

private:
  pid_t pid_;
  bool reaped_ = false;
};

/// Starts a program without a shell: `argv[0]` is looked up in `PATH` if it has
/// no slash. Its standard input is empty, its signal handling is the default,
/// and of the descriptors of this process it inherits none.
/// @returns the process; or `errc::command_failed` naming the program.
caf::expected<child_process>
start_process(const std::vector<std::string>& argv,
              const std::optional<std::string>& working_directory);

} // namespace bearer::detail
