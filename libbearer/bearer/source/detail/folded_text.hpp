#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace bearer::detail {

/// A text without what encodings make of it: percent-encoding, that of forms
/// and that of HTML are decoded, and ASCII is in lower case. So the same
/// content looks the same, whoever has written it. Wipes itself.
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
