#pragma once

#include <bearer/any_source.hpp>
#include <bearer/wall_clock.hpp>

#include <caf/actor_system.hpp>
#include <caf/expected.hpp>
#include <caf/timespan.hpp>

#include <chrono>
#include <cstddef>
#include <string>

namespace bearer {

/// How a token file is read.
struct file_source_options {
  /// The largest `max_size`, in bytes.
  static constexpr std::size_t max_max_size = std::size_t{16} * 1024 * 1024;

  /// The file is read anew this long after it was read, or earlier if the
  /// token's lifetime demands it. Above 0.
  caf::timespan refresh_period = std::chrono::minutes{1};

  /// The longest content, in bytes; from 1 to `max_max_size`.
  std::size_t max_size = std::size_t{64} * 1024;

  /// Tells the time from which on `expires_in` counts if the file's
  /// modification time lies in the future. Must be callable.
  wall_clock clock = system_wall_clock;
};

/// Makes a source that reads a token from a file at each attempt, on a thread
/// of its own, so that a network file system that hangs blocks nobody.
///
/// `parse_token_text` tells the formats. The file should be replaced by rename:
/// one that changes while it is read is a failed attempt, one that was
/// truncated before may be none. `expires_in` counts from the file's last
/// modification, since that is when the token was issued; a modification in the
/// future, however far, counts as now. A rejected token is just read again.
///
/// Attempts fail with `errc::unreadable_token` (missing, not permitted, not a
/// regular file, over-long, garbage), `errc::empty_token` or
/// `errc::malformed_token`, all naming the path and quoting no content; and
/// with `errc::busy` while an earlier read still hangs.
/// @param path `~` and `~user` are expanded now; a relative path is relative to
///             the current working folder.
/// @returns the source; or `errc::invalid_setting` naming the parameter.
caf::expected<any_source> file_source(caf::actor_system& sys,
                                      const std::string& path,
                                      file_source_options options = {});

} // namespace bearer
