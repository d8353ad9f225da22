#include <bearer/http/request.hpp>

#include <algorithm>
#include <utility>

namespace bearer::http {

namespace {

/// Names of header fields are ASCII.
char to_lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

} // namespace

bool same_name(std::string_view lhs, std::string_view rhs) noexcept {
  return std::ranges::equal(lhs, rhs, {}, to_lower, to_lower);
}

request get(std::string url) {
  auto result = request{};
  result.url = std::move(url);
  return result;
}

request post(std::string url, secret body, std::string_view content_type) {
  auto result = get(std::move(url));
  result.method = method::post;
  result.body = std::move(body);
  if (!content_type.empty())
    result.fields.push_back({"Content-Type", secret{content_type}});
  return result;
}

} // namespace bearer::http
