#pragma once

#include <bearer/secret.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace bearer::detail {

/// The part of a foreign text that is worth quoting.
enum class text_end { head, tail };

/// Makes text of unknown origin, such as a program's error output, fit to be
/// quoted in an error: without secrets, on one line, valid UTF-8.
///
/// Replaced are the given secrets, eight or more characters in a row that also
/// stand in one of them, both in either case and in the usual encodings (see
/// `folded_text`), and whatever looks like a token by itself: twenty or more
/// characters of a token's alphabet with letters and digits among them that are
/// no path, as many digits in a row, or a single word of as many letters.
/// @param limit The most bytes to return.
/// @param end Which end of the text to quote if it is longer.
std::string quote_foreign(std::string_view text, std::size_t limit,
                          text_end end,
                          std::span<const std::string_view> secrets);

/// The texts of secrets, for `quote_foreign`; valid as long as they live.
std::vector<std::string_view> views_of(std::span<const secret> secrets);

} // namespace bearer::detail
