#include <bearer/detail/saturating.hpp>
#include <bearer/error.hpp>
#include <bearer/freshness.hpp>
#include <bearer/source/detail/timestamp_text.hpp>
#include <bearer/source/detail/token_json.hpp>
#include <bearer/source/detail/trim.hpp>
#include <bearer/source/token_text.hpp>

#include <algorithm>
#include <optional>
#include <string>

namespace bearer {

namespace {

using detail::json_member;
using optional_timestamp = std::optional<caf::timestamp>;

caf::error make_error(errc code, std::string_view origin,
                      std::string_view what) {
  return caf::make_error(code, std::string{origin}.append(what));
}

bool is_bearer(std::string_view type) noexcept {
  constexpr auto bearer = std::string_view{"bearer"};
  auto same_letter = [](char lhs, char rhs) {
    return lhs == rhs || lhs == rhs - 'a' + 'A';
  };
  return std::equal(type.begin(), type.end(), bearer.begin(), bearer.end(),
                    same_letter);
}

/// The member that holds the secret; none if there is not exactly one.
const json_member* secret_of(const detail::token_json& json) noexcept {
  if (json.token.present() == json.access_token.present())
    return nullptr;
  return json.token.present() ? &json.token : &json.access_token;
}

/// Seconds, as a number or in a string.
std::optional<caf::timespan> seconds_of(const json_member& member) noexcept {
  if (member.type != json_member::kind::text
      && member.type != json_member::kind::number)
    return std::nullopt;
  return detail::parse_seconds(member.text);
}

caf::expected<optional_timestamp> expires_at_of(const json_member& member,
                                                std::string_view origin) {
  if (!member.present())
    return optional_timestamp{};
  if (member.type == json_member::kind::text)
    if (auto when = detail::parse_rfc3339(member.text))
      return optional_timestamp{when};
  if (auto seconds = seconds_of(member))
    return optional_timestamp{caf::timestamp{*seconds}};
  return make_error(errc::unreadable_token, origin,
                    ": \"expires_at\" is neither a time of RFC 3339 nor a"
                    " number of seconds");
}

caf::expected<optional_timestamp> expires_in_of(const json_member& member,
                                                caf::timestamp issued_at,
                                                std::string_view origin) {
  if (!member.present())
    return optional_timestamp{};
  if (auto seconds = seconds_of(member))
    return optional_timestamp{detail::saturating_add(issued_at, *seconds)};
  return make_error(errc::unreadable_token, origin,
                    ": \"expires_in\" is no number of seconds");
}

optional_timestamp earlier(optional_timestamp lhs, optional_timestamp rhs) {
  if (lhs && rhs)
    return std::min(*lhs, *rhs);
  return lhs ? lhs : rhs;
}

/// What is wrong with the members; empty if nothing.
std::string_view complaint(const detail::token_json& json) noexcept {
  if (json.token.present() && json.access_token.present())
    return ": has both \"token\" and \"access_token\"";
  const auto* secret = secret_of(json);
  if (secret == nullptr)
    return ": has neither \"token\" nor \"access_token\"";
  if (secret->type != json_member::kind::text)
    return ": the token is no string";
  if (json.token_type.present()
      && (json.token_type.type != json_member::kind::text
          || !is_bearer(json.token_type.text)))
    return ": \"token_type\" is not \"Bearer\"";
  return {};
}

caf::expected<token> to_token(const detail::token_json& json,
                              caf::timestamp issued_at,
                              std::string_view origin) {
  if (auto what = complaint(json); !what.empty())
    return make_error(errc::unreadable_token, origin, what);
  auto expires_at = expires_at_of(json.expires_at, origin);
  if (!expires_at)
    return std::move(expires_at.error());
  auto expires_in = expires_in_of(json.expires_in, issued_at, origin);
  if (!expires_in)
    return std::move(expires_in.error());
  auto result = make_plain_token(secret_of(json)->text, origin);
  if (result)
    result->expires_at = earlier(*expires_at, *expires_in);
  return result;
}

} // namespace

caf::expected<token> make_plain_token(std::string_view secret,
                                      std::string_view origin) {
  if (secret.empty())
    return make_error(errc::empty_token, origin, ": the token is empty");
  if (secret.size() > max_token_size)
    return make_error(errc::malformed_token, origin,
                      ": the token is longer than "
                        + std::to_string(max_token_size) + " bytes");
  if (!is_well_formed(secret))
    return make_error(errc::malformed_token, origin,
                      ": the token has whitespace, a line break or other"
                      " characters that cannot stand in a header");
  if (secret.front() == '{' || secret.front() == '[' || secret.front() == '"')
    return make_error(errc::malformed_token, origin,
                      ": this is JSON where a token is wanted");
  auto result = token{};
  result.access_token = bearer::secret{secret};
  return result;
}

caf::expected<token> parse_token_text(detail::wiped_buffer& text,
                                      caf::timestamp issued_at,
                                      std::string_view origin) {
  constexpr auto byte_order_mark = std::string_view{"\xef\xbb\xbf"};
  auto content = text.view();
  if (content.starts_with(byte_order_mark))
    content.remove_prefix(byte_order_mark.size());
  const auto trimmed = detail::trim(content);
  if (!trimmed.starts_with('{'))
    return make_plain_token(trimmed, origin);
  const auto offset = static_cast<std::size_t>(trimmed.data() - text.data());
  auto json = detail::parse_token_json(text, offset, origin);
  if (!json)
    return std::move(json.error());
  return to_token(*json, issued_at, origin);
}

} // namespace bearer
