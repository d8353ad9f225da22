#include <bearer/error.hpp>
#include <bearer/oauth2/detail/json_body.hpp>
#include <bearer/oauth2/server_error.hpp>
#include <bearer/oauth2/token_response.hpp>
#include <bearer/source/detail/redact.hpp>
#include <bearer/source/detail/token_members.hpp>
#include <bearer/source/token_text.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bearer::oauth2 {

namespace {

using bearer::detail::json_member;
using bearer::detail::quote_foreign;
using bearer::detail::text_end;
using bearer::detail::views_of;

/// The members that mean something here.
struct members {
  json_member access_token;
  json_member token_type;
  json_member expires_in;
  json_member expires_at;
  json_member refresh_token;
  json_member error;
};

caf::error unusable(std::string_view origin, std::string_view what) {
  return caf::make_error(errc::unusable_response,
                         std::string{origin}.append(": ").append(what));
}

/// Says also of what type the body claims to be, which explains most: a login
/// page, for instance.
caf::error unparsed(std::string_view origin, std::string what,
                    const http::response& from, std::span<const secret> sent) {
  const auto type = quote_foreign(from.field_value("Content-Type"), 64,
                                  text_end::head, views_of(sent));
  what += type.empty() ? " (no content type)" : " (content type " + type + ')';
  return unusable(origin, what);
}

/// A type that is not ours may be shown, unless it is one of the secrets.
std::string wrong_type(const members& json, std::span<const secret> sent) {
  if (!json.token_type.is_text())
    return "\"token_type\" is no string";
  auto secrets = views_of(sent);
  secrets.push_back(json.access_token.text);
  secrets.push_back(json.refresh_token.text);
  return "\"token_type\" is \""
         + quote_foreign(json.token_type.text, 32, text_end::head, secrets)
         + "\" instead of \"Bearer\"";
}

caf::expected<secret> refresh_token_of(const json_member& from,
                                       std::string_view origin) {
  if (!from.present())
    return secret{};
  if (!from.is_text())
    return unusable(origin, "\"refresh_token\" is no string");
  // RFC 6749, appendix A.17.
  const auto visible = std::ranges::all_of(from.text, [](char c) {
    return c >= ' ' && c <= '~';
  });
  if (!visible || from.text.size() > max_token_size)
    return caf::make_error(errc::malformed_token,
                           std::string{origin}.append(
                             ": \"refresh_token\" is over-long or has"
                             " characters other than visible ASCII"));
  return secret{from.text};
}

caf::expected<granted> to_granted(const members& json, caf::timestamp asked_at,
                                  std::string_view origin,
                                  std::span<const secret> sent) {
  if (!json.access_token.present())
    return unusable(origin, "\"access_token\" is missing");
  if (!json.access_token.is_text())
    return unusable(origin, "\"access_token\" is no string");
  // Many servers leave the type out, although RFC 6749 wants it.
  if (json.token_type.present()
      && !(json.token_type.is_text()
           && bearer::detail::is_bearer(json.token_type.text)))
    return unusable(origin, wrong_type(json, sent));
  const auto expiry = bearer::detail::expiry_of(json.expires_at,
                                                json.expires_in, asked_at);
  if (!expiry)
    return unusable(origin, expiry.what);
  auto access_token = make_plain_token(json.access_token.text, origin);
  if (!access_token)
    return std::move(access_token.error());
  auto refresh_token = refresh_token_of(json.refresh_token, origin);
  if (!refresh_token)
    return std::move(refresh_token.error());
  access_token->expires_at = expiry.when;
  return granted{std::move(*access_token), std::move(*refresh_token)};
}

} // namespace

caf::expected<granted>
parse_token_response(const http::response& from, caf::timestamp asked_at,
                     caf::timestamp now, std::string_view origin,
                     std::span<const secret> sent) {
  if (!is_success(from.status))
    return refusal_error(from, now, origin, sent);
  auto body = bearer::detail::json_body{from.body};
  auto json = members{};
  auto what = body.parse({{"access_token", &json.access_token},
                          {"token_type", &json.token_type},
                          {"expires_in", &json.expires_in},
                          {"expires_at", &json.expires_at},
                          {"refresh_token", &json.refresh_token},
                          {"error", &json.error}});
  if (!what.empty())
    return unparsed(origin, std::move(what), from, sent);
  // Some servers refuse with 200.
  if (json.error.is_text() && !json.access_token.present())
    return refusal_error(from, now, origin, sent);
  return to_granted(json, asked_at, origin, sent);
}

secret refresh_token_in(const http::response& from) {
  if (!is_success(from.status))
    return {};
  auto body = bearer::detail::json_body{from.body};
  auto found = json_member{};
  if (!body.parse({{"refresh_token", &found}}).empty())
    return {};
  auto result = refresh_token_of(found, {});
  return result ? std::move(*result) : secret{};
}

} // namespace bearer::oauth2
