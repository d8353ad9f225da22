#include <bearer/http/request.hpp>

#include <algorithm>
#include <utility>

namespace bearer::http {

namespace {

/// Names of header fields are ASCII.
char to_lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_letter_or_digit(char c) noexcept {
  return (c >= '0' && c <= '9') || (to_lower(c) >= 'a' && to_lower(c) <= 'z');
}

/// The length of the scheme with what follows it, 0 if there is none.
std::size_t scheme_size(std::string_view url) noexcept {
  constexpr auto end = std::string_view{"://"};
  const auto size = url.find(end);
  return size != std::string_view::npos
             && std::ranges::all_of(url.substr(0, size), is_letter_or_digit)
           ? size + end.size()
           : 0;
}

} // namespace

namespace detail {

std::string redacted(const std::string& url) {
  constexpr auto npos = std::string_view::npos;
  auto result = url.substr(0, scheme_size(url));
  auto rest = std::string_view{url}.substr(result.size());
  const auto at = rest.rfind('@');
  // Behind a path, or in the middle of a password with a slash in it.
  if (at != npos && at > rest.find_first_of("/?#"))
    return result.append(secret::redacted);
  if (at != npos) {
    result.append(secret::redacted);
    rest.remove_prefix(at);
  }
  const auto end = rest.find_first_of("?#");
  result.append(rest.substr(0, end));
  return end == npos ? result : result.append("?").append(secret::redacted);
}

} // namespace detail

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
