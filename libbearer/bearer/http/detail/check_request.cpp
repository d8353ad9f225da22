#include <bearer/error.hpp>
#include <bearer/http/detail/check_request.hpp>
#include <bearer/http/detail/curl.hpp>
#include <bearer/http/url.hpp>

#include <algorithm>
#include <cctype>
#include <new>
#include <string>
#include <string_view>

namespace bearer::http::detail {

namespace {

/// RFC 9110, section 5.6.2.
bool is_token_character(char c) noexcept {
  constexpr auto others = std::string_view{"!#$%&'*+-.^_`|~"};
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z')
         || (c >= 'A' && c <= 'Z') || others.find(c) != std::string_view::npos;
}

/// RFC 9110, section 5.5.
bool breaks_the_line(char c) noexcept {
  return c == '\r' || c == '\n' || c == '\0';
}

std::string fault_in(const field& x) {
  // A name that is none may be a credential in the wrong place.
  if (x.name.empty() || !std::ranges::all_of(x.name, is_token_character))
    return "a header field's name has a character that cannot stand there";
  if (std::ranges::any_of(x.value.view(), breaks_the_line))
    return "the value of header field " + x.name
           + " has a character that cannot stand there";
  return {};
}

/// libcurl would only say so later, and quote the password.
caf::error check_proxy(const std::string& proxy) {
  const auto url = url_ptr{curl_url()};
  if (!url)
    throw std::bad_alloc{};
  constexpr auto flags
    = static_cast<unsigned int>(CURLU_NON_SUPPORT_SCHEME | CURLU_GUESS_SCHEME);
  const auto nul = proxy.find('\0') != std::string::npos;
  if (!nul
      && curl_url_set(url.get(), CURLUPART_URL, proxy.c_str(), flags)
           == CURLUE_OK)
    return {};
  return caf::make_error(errc::invalid_setting, "proxy: is no URL of a proxy");
}

} // namespace

std::string fault_in(const std::vector<field>& fields) {
  for (const auto& x : fields)
    if (auto fault = fault_in(x); !fault.empty())
      return fault;
  return {};
}

caf::error check_connection(const connection_options& how) {
  return how.proxy.empty() ? caf::error{} : check_proxy(how.proxy);
}

caf::error check_request(const request& what) {
  if (auto err = check_url(what.url, what.connection))
    return err;
  if (const auto fault = fault_in(what.fields); !fault.empty())
    return caf::make_error(errc::invalid_setting,
                           shown(what.url).append(": ").append(fault));
  return check_connection(what.connection);
}

} // namespace bearer::http::detail
