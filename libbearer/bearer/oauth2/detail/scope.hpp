#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace bearer::detail {

/// Whether the text is one scope (RFC 6749, section 3.3).
bool is_scope(std::string_view text) noexcept;

/// The scopes as one parameter: separated by spaces.
std::string joined(const std::vector<std::string>& scopes);

} // namespace bearer::detail
