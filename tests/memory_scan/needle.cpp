#include "needle.hpp"

#include <random>

namespace memory_scan {

namespace {

constexpr std::size_t part = needle::size / 4;

char flipped(char c) noexcept {
  return static_cast<char>(~c);
}

} // namespace

needle::needle() {
  constexpr auto alphabet = std::string_view{
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"};
  auto device = std::random_device{};
  for (auto& c : flipped_)
    c = flipped(alphabet[device() % alphabet.size()]);
}

void needle::reveal(char* to) const noexcept {
  // One by one, lest the compiler keep many of them elsewhere in between.
  auto* out = static_cast<volatile char*>(to);
  for (auto c : flipped_)
    *out++ = flipped(c);
}

std::size_t needle::count_in_flipped(std::string_view text) const noexcept {
  auto result = std::size_t{0};
  for (auto i = std::size_t{0}; i < size; i += part) {
    const auto wanted = std::string_view{flipped_.data() + i, part};
    for (auto at = text.find(wanted); at != std::string_view::npos;
         at = text.find(wanted, at + 1))
      ++result;
  }
  return result;
}

void flip(char* text, std::size_t length) noexcept {
  for (auto* c = text; c != text + length; ++c)
    *c = flipped(*c);
}

} // namespace memory_scan
