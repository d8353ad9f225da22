#include <bearer/oauth2/detail/scope.hpp>

#include <algorithm>

namespace bearer::detail {

bool is_scope(std::string_view text) noexcept {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return c > ' ' && c <= '~' && c != '"' && c != '\\';
  });
}

std::string joined(const std::vector<std::string>& scopes) {
  auto result = std::string{};
  for (const auto& x : scopes) {
    if (!result.empty())
      result += ' ';
    result += x;
  }
  return result;
}

} // namespace bearer::detail
