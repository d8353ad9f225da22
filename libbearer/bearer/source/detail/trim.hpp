#pragma once

#include <string_view>

namespace bearer::detail {

/// The text without ASCII whitespace around it.
constexpr std::string_view trim(std::string_view text) noexcept {
  constexpr auto whitespace = std::string_view{" \t\r\n\v\f"};
  const auto first = text.find_first_not_of(whitespace);
  if (first == std::string_view::npos)
    return {};
  const auto last = text.find_last_not_of(whitespace);
  return text.substr(first, last - first + 1);
}

/// The text without whitespace around it, nor a byte order mark in front.
constexpr std::string_view trim_text(std::string_view text) noexcept {
  constexpr auto byte_order_mark = std::string_view{"\xef\xbb\xbf"};
  if (text.starts_with(byte_order_mark))
    text.remove_prefix(byte_order_mark.size());
  return trim(text);
}

} // namespace bearer::detail
