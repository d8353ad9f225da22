#include <bearer/detail/wipe.hpp>
#include <bearer/source/detail/folded_text.hpp>

#include <array>
#include <charconv>
#include <cstdint>
#include <utility>

namespace bearer::detail {

namespace {

/// A character and how many characters it was written with.
struct written {
  char what = 0;
  std::size_t size = 1;
};

/// A number at the front that ends where `text` does; 0 if there is none, or
/// none of ASCII.
char ascii_of(std::string_view text, int base) noexcept {
  auto result = std::uint8_t{0};
  const auto* end = text.data() + text.size();
  const auto found = std::from_chars(text.data(), end, result, base);
  return found.ec == std::errc{} && found.ptr == end && result < 0x80
           ? static_cast<char>(result)
           : '\0';
}

/// A character reference of HTML that means a character of ASCII, which are
/// those that programs write; its size is 0 if there is none.
written reference_at(std::string_view text) noexcept {
  constexpr auto names
    = std::to_array<std::pair<std::string_view, char>>({{"&amp;", '&'},
                                                        {"&lt;", '<'},
                                                        {"&gt;", '>'},
                                                        {"&quot;", '"'},
                                                        {"&apos;", '\''}});
  for (const auto& [name, what] : names)
    if (text.starts_with(name))
      return {what, name.size()};
  constexpr auto longest = std::size_t{8};
  const auto end = text.substr(0, longest).find(';');
  if (!text.starts_with("&#") || end == std::string_view::npos)
    return {0, 0};
  const auto number = text.substr(2, end - 2);
  const auto is_hex = number.starts_with('x') || number.starts_with('X');
  const auto what = is_hex ? ascii_of(number.substr(1), 16)
                           : ascii_of(number, 10);
  return {what, what == 0 ? 0 : end + 1};
}

written first_of(std::string_view text) noexcept {
  const auto c = text.front();
  if (c == '%' && text.size() > 2)
    if (const auto what = ascii_of(text.substr(1, 2), 16))
      return {what, 3};
  if (c == '&')
    if (const auto found = reference_at(text); found.size > 0)
      return found;
  return {c, 1};
}

/// As a plus may mean a blank, it counts as one.
char folded(char c) noexcept {
  if (c == '+')
    return ' ';
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

} // namespace

folded_text::folded_text(std::string_view text) {
  // So that nothing is left where it was before.
  text_.reserve(text.size());
  origins_.reserve(text.size() + 1);
  for (std::size_t pos = 0; pos < text.size();) {
    const auto [what, size] = first_of(text.substr(pos));
    text_ += folded(what);
    origins_.push_back(pos);
    pos += size;
  }
  origins_.push_back(text.size());
}

folded_text::~folded_text() {
  wipe(text_);
}

} // namespace bearer::detail
