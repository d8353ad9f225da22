#pragma once

#include <bearer/any_source.hpp>
#include <bearer/wall_clock.hpp>

#include <caf/actor_system.hpp>
#include <caf/expected.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace bearer {

/// How a credential process is run.
struct command_source_options {
  /// The largest `max_output`, in bytes.
  static constexpr std::size_t max_max_output = std::size_t{16} * 1024 * 1024;

  /// The longest standard output, in bytes; from 1 to `max_max_output`.
  std::size_t max_output = std::size_t{64} * 1024;

  /// Tells the time from which on `expires_in` counts. Must be callable.
  wall_clock clock = system_wall_clock;

  /// Where the program runs; where this process runs if not given.
  std::optional<std::string> working_directory = {};
};

/// Makes a source that runs a program for each attempt and reads the token from
/// its standard output, in the formats of `parse_token_text`. `expires_in`
/// counts from the program's start.
///
/// There is no shell: `argv[0]` is looked up in `PATH` as execvp(3) does, the
/// rest are its arguments as they are. The program runs in a process group of
/// its own, with empty standard input, default signal handling and no inherited
/// descriptors. Shortly before the attempt's budget has passed, or when the
/// source ends, the whole group is killed (SIGKILL). A program that ends by
/// itself may leave processes behind; nobody waits for them.
///
/// Attempts fail with `errc::command_failed` if the program cannot run, is
/// killed, or does not exit with status 0; the error quotes at most 512 bytes
/// of the end of its standard error. They fail like those of `file_source` if
/// the output is no token. Arguments are shown in no error, for they may hold
/// secrets, but other users of the machine can see them.
///
/// In that quote the program's output and the previous token are hidden, whole
/// or eight and more characters in a row of them, and so is what looks like a
/// token: 20 or more characters of its alphabet that are no path and have both
/// letters and digits, as many digits in a row, or a single word of as many
/// letters, which some identifiers are, too. A secret that the library has
/// never seen and that does not look like one, such as a short password or one
/// of several words, cannot be told from prose and is shown: a program must not
/// print it to standard error.
/// @returns the source; or `errc::invalid_setting` naming the parameter.
caf::expected<any_source> command_source(caf::actor_system& sys,
                                         std::vector<std::string> argv,
                                         command_source_options options = {});

} // namespace bearer
