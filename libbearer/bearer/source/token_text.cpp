#include <bearer/error.hpp>
#include <bearer/freshness.hpp>
#include <bearer/source/detail/json_members.hpp>
#include <bearer/source/detail/token_members.hpp>
#include <bearer/source/detail/trim.hpp>
#include <bearer/source/token_text.hpp>

#include <string>

namespace bearer {

namespace {

using detail::json_member;

caf::error make_error(errc code, std::string_view origin,
                      std::string_view what) {
  return caf::make_error(code, std::string{origin}.append(what));
}

/// The members that mean something here.
struct token_json {
  json_member token;
  json_member access_token;
  json_member token_type;
  json_member expires_at;
  json_member expires_in;
};

/// The member that holds the secret; none if there is not exactly one.
const json_member* secret_of(const token_json& json) noexcept {
  if (json.token.present() == json.access_token.present())
    return nullptr;
  return json.token.present() ? &json.token : &json.access_token;
}

/// What is wrong with the members; empty if nothing.
std::string_view complaint(const token_json& json) noexcept {
  if (json.token.present() && json.access_token.present())
    return ": has both \"token\" and \"access_token\"";
  const auto* secret = secret_of(json);
  if (secret == nullptr)
    return ": has neither \"token\" nor \"access_token\"";
  if (secret->type != json_member::kind::text)
    return ": the token is no string";
  if (json.token_type.present()
      && (json.token_type.type != json_member::kind::text
          || !detail::is_bearer(json.token_type.text)))
    return ": \"token_type\" is not \"Bearer\"";
  return {};
}

caf::expected<token> to_token(const token_json& json, caf::timestamp issued_at,
                              std::string_view origin) {
  if (auto what = complaint(json); !what.empty())
    return make_error(errc::unreadable_token, origin, what);
  auto expires_at = detail::expiry_of(json.expires_at, json.expires_in,
                                      issued_at);
  if (!expires_at)
    return make_error(errc::unreadable_token, origin,
                      std::string{": "}.append(expires_at.what));
  auto result = make_plain_token(secret_of(json)->text, origin);
  if (result)
    result->expires_at = expires_at.when;
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
  const auto content = detail::trim_text(text.view());
  if (!content.starts_with('{'))
    return make_plain_token(content, origin);
  const auto offset = static_cast<std::size_t>(content.data() - text.data());
  auto json = token_json{};
  const auto what
    = detail::parse_json_members(text, offset,
                                 {{"token", &json.token},
                                  {"access_token", &json.access_token},
                                  {"token_type", &json.token_type},
                                  {"expires_at", &json.expires_at},
                                  {"expires_in", &json.expires_in}});
  if (!what.empty())
    return make_error(errc::unreadable_token, origin, ": " + what);
  return to_token(json, issued_at, origin);
}

} // namespace bearer
