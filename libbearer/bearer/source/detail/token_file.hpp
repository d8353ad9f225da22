#pragma once

#include <bearer/source/detail/wiped_buffer.hpp>

#include <caf/expected.hpp>
#include <caf/timestamp.hpp>

#include <cstddef>
#include <string>

namespace bearer::detail {

/// The content of a small file that may hold a secret.
struct token_file {
  wiped_buffer content;

  /// When the content was last modified.
  caf::timestamp modified;
};

/// Reads a regular file of at most `max_size` bytes. Blocks as long as the file
/// system does, though never on a FIFO or a device: those are refused.
/// @returns the content; or `errc::unreadable_token` naming the path and what
/// is
///          wrong, also if the file was changed while being read.
caf::expected<token_file> read_token_file(const std::string& path,
                                          std::size_t max_size);

} // namespace bearer::detail
