#pragma once

#include <caf/expected.hpp>

#include <string>
#include <string_view>

namespace bearer::detail {

/// Expands `~` and `~user` at the front of a path as a shell does, `~` through
/// `HOME` and else the user database. Makes relative paths absolute, so that a
/// later change of the working folder does not matter.
/// @returns the path; or `errc::invalid_setting` if it is empty or has a NUL
///          byte, or nobody knows the home.
caf::expected<std::string> expand_path(std::string_view path);

} // namespace bearer::detail
