#include <bearer/http/response.hpp>

#include <algorithm>

namespace bearer::http {

namespace {

/// Names of header fields are ASCII.
char to_lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same_name(std::string_view lhs, std::string_view rhs) noexcept {
  return std::ranges::equal(lhs, rhs, {}, to_lower, to_lower);
}

} // namespace

std::string_view response::field_value(std::string_view name) const noexcept {
  for (const auto& x : fields)
    if (same_name(x.name, name))
      return x.value.view();
  return {};
}

} // namespace bearer::http
