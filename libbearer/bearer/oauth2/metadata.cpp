#include <bearer/error.hpp>
#include <bearer/oauth2/detail/json_body.hpp>
#include <bearer/oauth2/metadata.hpp>
#include <bearer/oauth2/server_error.hpp>

#include <algorithm>
#include <utility>

namespace bearer::oauth2 {

namespace {

using bearer::detail::json_member;

/// Metadata is public, hence shown; but not what a terminal could act on.
std::string shown(std::string_view url) {
  constexpr std::size_t most = 256;
  auto result = std::string{url.substr(0, most)};
  std::ranges::replace_if(
    result, [](char c) { return c < ' ' || c > '~'; }, '?');
  return url.size() > most ? result + "..." : result;
}

caf::error unusable(std::string_view origin, std::string_view what) {
  return caf::make_error(errc::unusable_response,
                         std::string{origin}.append(": ").append(what));
}

/// The scheme in lower case; empty if there is none.
std::string scheme_of(std::string_view url) {
  const auto end = url.find("://");
  if (end == std::string_view::npos)
    return {};
  auto result = std::string{url.substr(0, end)};
  for (auto& c : result)
    if (c >= 'A' && c <= 'Z')
      c = static_cast<char>(c - 'A' + 'a');
  return result;
}

} // namespace

std::vector<std::string> metadata_urls(const std::string& issuer) {
  auto base = std::string_view{issuer};
  while (base.ends_with('/'))
    base.remove_suffix(1);
  const auto scheme = base.find("://");
  const auto host = scheme == std::string_view::npos ? 0 : scheme + 3;
  const auto path = std::min(base.find('/', host), base.size());
  return {std::string{base.substr(0, path)}
            .append("/.well-known/oauth-authorization-server")
            .append(base.substr(path)),
          std::string{base}.append("/.well-known/openid-configuration")};
}

caf::expected<std::string>
parse_metadata(const http::response& from, const std::string& issuer,
               caf::timestamp now, std::string_view origin) {
  if (!is_success(from.status))
    return refusal_error(from, now, origin);
  auto body = bearer::detail::json_body{from.body};
  auto claimed = json_member{};
  auto endpoint = json_member{};
  const auto what
    = body.parse({{"issuer", &claimed}, {"token_endpoint", &endpoint}});
  if (!what.empty())
    return unusable(origin, what);
  if (!claimed.is_text())
    return unusable(origin, "\"issuer\" is missing or no string");
  if (claimed.text != issuer)
    return unusable(origin, "\"issuer\" is '" + shown(claimed.text)
                              + "', not the same as '" + shown(issuer) + "'");
  if (!endpoint.is_text() || endpoint.text.empty())
    return unusable(origin, "\"token_endpoint\" is missing or no string");
  const auto scheme = scheme_of(endpoint.text);
  if (scheme != "https" && (scheme.empty() || scheme != scheme_of(issuer)))
    return unusable(origin, "\"token_endpoint\" is '" + shown(endpoint.text)
                              + "', whose scheme is neither https nor that of"
                                " the issuer");
  return std::string{endpoint.text};
}

} // namespace bearer::oauth2
