#include <bearer/oauth2/detail/syntax.hpp>

#include <algorithm>

namespace bearer::detail {

namespace {

bool is_letter(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_alphanumeric(char c) noexcept {
  return is_letter(c) || (c >= '0' && c <= '9');
}

bool is_one_of(char c, std::string_view set) noexcept {
  return set.find(c) != std::string_view::npos;
}

bool is_scheme_char(char c) noexcept {
  return is_alphanumeric(c) || is_one_of(c, "+-.");
}

bool is_uri_char(char c) noexcept {
  return is_alphanumeric(c) || is_one_of(c, "-._~:/?[]@!$&'()*+,;=%");
}

} // namespace

bool is_token(std::string_view text) noexcept {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return is_alphanumeric(c) || is_one_of(c, "!#$%&'*+-.^_`|~");
  });
}

bool is_field_value(std::string_view text) noexcept {
  return std::ranges::none_of(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t') || byte == 0x7f;
  });
}

bool is_absolute_uri(std::string_view text) noexcept {
  const auto end = text.find(':');
  if (end == std::string_view::npos || end == 0 || end + 1 == text.size())
    return false;
  return is_letter(text.front())
         && std::ranges::all_of(text.substr(0, end), is_scheme_char)
         && std::ranges::all_of(text.substr(end + 1), is_uri_char);
}

std::string lower(std::string_view text) {
  auto result = std::string{text};
  for (auto& c : result)
    if (c >= 'A' && c <= 'Z')
      c = static_cast<char>(c - 'A' + 'a');
  return result;
}

} // namespace bearer::detail
