#pragma once

#include <bearer/source/detail/wiped_buffer.hpp>

#include <caf/expected.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace bearer::detail {

/// What to run, and within which bounds.
struct process_request {
  /// The program, looked up in `PATH`, and its arguments.
  std::vector<std::string> argv;

  /// Where it runs; where this process runs if not given.
  std::optional<std::string> working_directory;

  /// The most bytes of standard output.
  std::size_t max_output = 0;

  /// When the program must have ended.
  std::chrono::steady_clock::time_point deadline;

  /// Ends the program when somebody asks to stop.
  std::stop_token stop;
};

/// Why a program is no longer there.
enum class process_end {
  /// By itself.
  exited,
  /// Killed at the deadline.
  timed_out,
  /// Killed because somebody asked to stop.
  stopped,
  /// Killed because of too much output.
  output_too_long,
};

/// What became of a program.
struct process_result {
  process_end end = process_end::exited;

  /// As waitpid(2) tells it; nothing if the host application reaped the
  /// program.
  std::optional<int> wait_status;

  wiped_buffer out;

  /// The last part of standard error.
  wiped_buffer err;
};

/// Runs a program to its end. Whatever happens, it is no longer there
/// afterwards, and if it did not end by itself, neither is any process of its
/// group. Processes it leaves behind when it does end by itself live on, and
/// nobody waits for what they still write. Blocks until the deadline at most.
/// @returns the result; or `errc::command_failed` if it cannot be started.
caf::expected<process_result> run_process(const process_request& request);

} // namespace bearer::detail
