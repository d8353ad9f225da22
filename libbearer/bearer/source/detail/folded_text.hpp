#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace bearer::detail {

/// A text without what encodings make of it: ASCII that is percent-encoded, as
/// in forms, or written as HTML has it is decoded once, and in lower case; a
/// plus counts as a blank. So the same content mostly looks the same, whoever
/// has written it. Wipes itself.
class folded_text {
public:
  explicit folded_text(std::string_view text);

  folded_text(const folded_text&) = delete;

  folded_text& operator=(const folded_text&) = delete;

  ~folded_text();

  std::string_view view() const noexcept {
    return text_;
  }

  /// Where a character, or the end, stands in the text that this is made of.
  std::size_t origin_of(std::size_t pos) const {
    return origins_[pos];
  }

private:
  std::string text_;
  std::vector<std::size_t> origins_;
};

} // namespace bearer::detail
