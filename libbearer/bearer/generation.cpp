#include <bearer/generation.hpp>

#include <array>
#include <charconv>

namespace bearer {

std::string to_string(const generation& x) {
  auto digits = std::array<char, 16>{};
  auto [end, _] = std::to_chars(digits.data(), digits.data() + digits.size(),
                                x.id, 16);
  return std::to_string(x.count) + '@' + std::string(digits.data(), end);
}

} // namespace bearer
