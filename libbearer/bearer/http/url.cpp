#include <bearer/error.hpp>
#include <bearer/http/detail/curl.hpp>
#include <bearer/http/url.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <new>
#include <string_view>
#include <utility>

#include <strings.h>

namespace bearer::http {

namespace {

/// The longest URL in an error; a server may redirect to much longer ones.
constexpr std::size_t max_shown = 512;

bool is_control(char c) noexcept {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

/// Schemes and hosts are compared in ASCII.
char to_lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_printable(char c) noexcept {
  return c > 0x20 && c < 0x7f;
}

detail::url_ptr new_url() {
  auto result = detail::url_ptr{curl_url()};
  if (!result)
    throw std::bad_alloc{};
  return result;
}

/// Understands URLs of any scheme; null if `text` is none.
detail::url_ptr parse(const std::string& text) {
  // curl would stop at a NUL byte.
  if (std::ranges::any_of(text, is_control))
    return nullptr;
  auto result = new_url();
  if (curl_url_set(result.get(), CURLUPART_URL, text.c_str(),
                   CURLU_NON_SUPPORT_SCHEME)
      != CURLUE_OK)
    return nullptr;
  return result;
}

bool has(const detail::url_ptr& url, CURLUPart what) {
  char* text = nullptr;
  const auto code = curl_url_get(url.get(), what, &text, 0);
  return detail::text_ptr{text} && code == CURLUE_OK;
}

/// The part of a URL, empty if it has none.
std::string part(const detail::url_ptr& url, CURLUPart what,
                 unsigned int flags = 0) {
  char* text = nullptr;
  const auto code = curl_url_get(url.get(), what, &text, flags);
  const auto owner = detail::text_ptr{text};
  return code == CURLUE_OK ? std::string{text} : std::string{};
}

bool same_word(const std::string& lhs, const std::string& rhs) noexcept {
  return ::strcasecmp(lhs.c_str(), rhs.c_str()) == 0;
}

/// Whether a host is this machine whatever a name server says.
bool is_loopback(std::string host) {
  if (same_word(host, "localhost"))
    return true;
  if (host.size() > 2 && host.front() == '[')
    host = host.substr(1, host.size() - 2);
  auto v4 = in_addr{};
  if (::inet_pton(AF_INET, host.c_str(), &v4) == 1)
    return (ntohl(v4.s_addr) >> 24U) == 127;
  auto v6 = in6_addr{};
  return ::inet_pton(AF_INET6, host.c_str(), &v6) == 1
         && IN6_IS_ADDR_LOOPBACK(&v6);
}

/// What is wrong with plain HTTP to this host, empty if nothing.
std::string_view fault_of_plain(const detail::url_ptr& url,
                                const connection_options& how) {
  if (how.allow_plain_http)
    return {};
  if (!is_loopback(part(url, CURLUPART_HOST)))
    return "secrets do not go over plain http to another machine";
  if (!how.proxy.empty())
    return "secrets do not go over plain http to a proxy";
  return {};
}

/// What is wrong with the URL, empty if nothing.
std::string_view fault_of(const std::string& text,
                          const connection_options& how) {
  if (std::ranges::any_of(text, is_control))
    return "has a control character";
  const auto url = parse(text);
  if (!url)
    return "is no absolute URL";
  const auto scheme = part(url, CURLUPART_SCHEME);
  const auto plain = same_word(scheme, "http");
  if (!plain && !same_word(scheme, "https"))
    return "is neither https nor http";
  if (part(url, CURLUPART_HOST).empty())
    return "names no host";
  if (has(url, CURLUPART_USER) || has(url, CURLUPART_PASSWORD))
    return "has a user or a password";
  // Always begins a fragment, also an empty one, of which curl tells nothing.
  if (text.find('#') != std::string::npos)
    return "has a fragment";
  return plain ? fault_of_plain(url, how) : std::string_view{};
}

} // namespace

caf::error check_url(const std::string& url, const connection_options& how) {
  const auto fault = fault_of(url, how);
  if (fault.empty())
    return {};
  return caf::make_error(errc::invalid_setting,
                         shown(url).append(": ").append(fault));
}

std::vector<secret> form_values(std::string_view form) {
  constexpr auto shortest = std::size_t{4};
  auto result = std::vector<secret>{};
  while (!form.empty()) {
    const auto pair = form.substr(0, form.find('&'));
    form.remove_prefix(std::min(pair.size() + 1, form.size()));
    const auto equals = pair.find('=');
    const auto value
      = equals == std::string_view::npos ? pair : pair.substr(equals + 1);
    if (value.size() >= shortest)
      result.emplace_back(value);
  }
  return result;
}

std::vector<secret> query_values(std::string_view url) {
  url = url.substr(0, url.find('#'));
  const auto begin = url.find('?');
  return begin == std::string_view::npos ? std::vector<secret>{}
                                         : form_values(url.substr(begin + 1));
}

std::string origin(const std::string& url) {
  const auto parsed = parse(url);
  if (!parsed)
    return {};
  const auto scheme = part(parsed, CURLUPART_SCHEME);
  const auto host = part(parsed, CURLUPART_HOST);
  const auto port = part(parsed, CURLUPART_PORT, CURLU_DEFAULT_PORT);
  if (scheme.empty() || host.empty() || port.empty())
    return {};
  auto result = std::string{scheme};
  result.append("://").append(host).append(":").append(port);
  std::ranges::transform(result, result.begin(), to_lower);
  return result;
}

bool same_origin(const std::string& lhs, const std::string& rhs) {
  const auto first = origin(lhs);
  return !first.empty() && first == origin(rhs);
}

std::optional<std::string> resolve(const std::string& base,
                                   const std::string& location) {
  auto url = parse(base);
  if (!url)
    return std::nullopt;
  // Relative ones count from the set one. Servers send blanks and bytes above
  // ASCII as they are, which curl encodes.
  constexpr auto flags = static_cast<unsigned int>(
    CURLU_NON_SUPPORT_SCHEME | CURLU_URLENCODE | CURLU_ALLOW_SPACE);
  if (std::ranges::any_of(location, is_control)
      || curl_url_set(url.get(), CURLUPART_URL, location.c_str(), flags)
           != CURLUE_OK)
    return std::nullopt;
  curl_url_set(url.get(), CURLUPART_FRAGMENT, nullptr, 0);
  auto result = part(url, CURLUPART_URL);
  if (result.empty())
    return std::nullopt;
  return result;
}

std::string shown(const std::string& url) {
  const auto parsed = parse(url);
  if (!parsed)
    return "an unreadable URL";
  for (const auto what : {CURLUPART_USER, CURLUPART_PASSWORD, CURLUPART_OPTIONS,
                          CURLUPART_QUERY, CURLUPART_FRAGMENT})
    curl_url_set(parsed.get(), what, nullptr, 0);
  auto result = part(parsed, CURLUPART_URL);
  std::ranges::replace_if(
    result, [](char c) { return !is_printable(c); }, '?');
  if (result.size() > max_shown)
    result.replace(max_shown, std::string::npos, "...");
  return result;
}

} // namespace bearer::http
