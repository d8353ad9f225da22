#include <bearer/error.hpp>
#include <bearer/http/url.hpp>

#include <curl/curl.h>

#include <algorithm>
#include <memory>
#include <string_view>

namespace bearer::http {

namespace {

/// A URL as curl understands it, so that what is checked is what is used.
class parsed_url {
public:
  explicit parsed_url(const std::string& text) {
    url_.reset(curl_url());
    valid_ = url_ && !has_control(text) && set(text);
  }

  bool valid() const noexcept {
    return valid_;
  }

  /// Replaces this URL by what `text` means relative to it.
  bool set(const std::string& text) {
    return curl_url_set(url_.get(), CURLUPART_URL, text.c_str(), 0)
           == CURLUE_OK;
  }

  void clear(CURLUPart part) {
    curl_url_set(url_.get(), part, nullptr, 0);
  }

  /// Empty if there is no such part.
  std::string get(CURLUPart part, unsigned flags = 0) const {
    char* text = nullptr;
    if (curl_url_get(url_.get(), part, &text, flags) != CURLUE_OK)
      return {};
    auto owner = std::unique_ptr<char, decltype(&curl_free)>{text, curl_free};
    return text;
  }

private:
  static bool has_control(std::string_view text) noexcept {
    return std::ranges::any_of(text, [](char c) {
      return static_cast<unsigned char>(c) <= ' ' || c == '\x7f';
    });
  }

  std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> url_{nullptr,
                                                           curl_url_cleanup};
  bool valid_ = false;
};

bool is_loopback(std::string_view host) noexcept {
  return host == "localhost" || host == "[::1]"
         || (host.starts_with("127.")
             && host.find_first_not_of("0123456789.")
                  == std::string_view::npos);
}

caf::error invalid(const std::string& url, const char* what) {
  return caf::make_error(errc::invalid_setting, shown(url) + ": " + what);
}

} // namespace

caf::error check_url(const std::string& url, const connection_options& how) {
  const auto parts = parsed_url{url};
  if (!parts.valid())
    return invalid(url, "is no absolute URL");
  if (!parts.get(CURLUPART_USER).empty()
      || !parts.get(CURLUPART_PASSWORD).empty())
    return invalid(url, "must not hold a user or a password");
  if (url.find('#') != std::string::npos)
    return invalid(url, "must not have a fragment");
  const auto scheme = parts.get(CURLUPART_SCHEME);
  if (scheme == "https")
    return {};
  if (scheme != "http")
    return invalid(url, "must be https:");
  if (how.allow_plain_http || is_loopback(parts.get(CURLUPART_HOST)))
    return {};
  return invalid(url,
                 "must be https:, for anybody on the way reads http: (if that"
                 " shall be, set allow_plain_http)");
}

bool same_origin(const std::string& lhs, const std::string& rhs) {
  const auto left = parsed_url{lhs};
  const auto right = parsed_url{rhs};
  if (!left.valid() || !right.valid())
    return false;
  const auto same = [&](CURLUPart part, unsigned flags = 0) {
    return left.get(part, flags) == right.get(part, flags);
  };
  return same(CURLUPART_SCHEME) && same(CURLUPART_HOST)
         && same(CURLUPART_PORT, CURLU_DEFAULT_PORT);
}

caf::expected<std::string> resolve(const std::string& base,
                                   const std::string& location) {
  auto url = parsed_url{base};
  if (!url.valid() || !url.set(location))
    return caf::make_error(errc::unusable_response,
                           shown(base) + ": redirects to what is no URL");
  return url.get(CURLUPART_URL);
}

std::string shown(const std::string& url) {
  auto parts = parsed_url{url};
  if (!parts.valid())
    return "URL that cannot be read";
  for (const auto part : {CURLUPART_USER, CURLUPART_PASSWORD, CURLUPART_QUERY,
                          CURLUPART_FRAGMENT})
    parts.clear(part);
  return parts.get(CURLUPART_URL);
}

} // namespace bearer::http
