#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace memory_scan {

/// A secret to look for. Kept with all bits flipped, so that nothing of it is
/// in memory on its account.
class needle {
public:
  static constexpr std::size_t size = 32;

  /// Draws a new one, of characters that a token may have.
  needle();

  /// Writes the secret as it is.
  void reveal(char* to) const noexcept;

  /// How often a part of the secret stands in a text that has been flipped,
  /// too. Parts are the quarters, so that no fifteen characters in a row are
  /// missed.
  std::size_t count_in_flipped(std::string_view text) const noexcept;

private:
  std::array<char, size> flipped_;
};

/// Flips all bits.
void flip(char* text, std::size_t length) noexcept;

} // namespace memory_scan
