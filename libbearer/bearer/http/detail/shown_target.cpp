#include <bearer/detail/wipe.hpp>
#include <bearer/http/detail/curl.hpp>
#include <bearer/http/detail/shown_target.hpp>
#include <bearer/http/url.hpp>
#include <bearer/secret.hpp>

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace bearer::http::detail {

namespace {

/// A text with what is percent-encoded in it decoded; as it is if it cannot be.
secret unescaped(std::string_view text) {
  // libcurl would look for the end itself.
  if (text.empty())
    return {};
  auto size = 0;
  const auto decoded = text_ptr{curl_easy_unescape(
    nullptr, text.data(), static_cast<int>(text.size()), &size)};
  if (!decoded)
    return secret{text};
  const auto view = std::string_view{decoded.get(),
                                     static_cast<std::size_t>(size)};
  auto result = secret{view};
  bearer::detail::wipe(decoded.get(), view.size());
  return result;
}

/// Whether a text has so many characters of another one in a row that it is no
/// coincidence.
bool repeats(std::string_view text, std::string_view other) noexcept {
  constexpr auto size = std::size_t{8};
  for (std::size_t i = 0; i + size <= text.size(); ++i)
    if (other.find(text.substr(i, size)) != std::string_view::npos)
      return true;
  return false;
}

/// Whether a text repeats anything that this request says. In a form, that is
/// encoded.
bool repeats(std::string_view text, const request& what) {
  return repeats(text, what.body.view())
         || repeats(text, unescaped(what.body.view()).view())
         || std::ranges::any_of(what.fields, [text](const field& x) {
              return repeats(text, x.value.view());
            });
}

} // namespace

std::string shown_target(const std::string& url, const request& what) {
  constexpr auto separator = std::string_view{"://"};
  auto result = shown(url);
  auto rest = std::string_view{result};
  // Many parameters are URLs as well.
  if (const auto at = rest.find(separator); at != std::string_view::npos)
    rest.remove_prefix(at + separator.size());
  return repeats(rest, what) || repeats(unescaped(rest).view(), what)
           ? std::string{secret::redacted}
           : result;
}

} // namespace bearer::http::detail
