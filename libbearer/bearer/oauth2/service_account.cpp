#include <bearer/error.hpp>
#include <bearer/oauth2/detail/error_text.hpp>
#include <bearer/oauth2/detail/scope.hpp>
#include <bearer/oauth2/service_account.hpp>
#include <bearer/oauth2/token_request.hpp>
#include <bearer/source/detail/expand_path.hpp>
#include <bearer/source/detail/json_members.hpp>
#include <bearer/source/detail/token_file.hpp>
#include <bearer/source/detail/trim.hpp>

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <utility>

namespace bearer::oauth2 {

namespace {

using bearer::detail::json_member;

constexpr std::size_t max_file_size = std::size_t{64} * 1024;

/// The members that mean something here.
struct members {
  json_member type;
  json_member client_email;
  json_member private_key;
  json_member private_key_id;
  json_member token_uri;
};

caf::error invalid(std::string what) {
  return caf::make_error(errc::invalid_setting, std::move(what));
}

/// Parses the content of the file in place.
/// @returns what is wrong; empty if nothing.
std::string parse(bearer::detail::wiped_buffer& text, members& into) {
  const auto content = bearer::detail::trim_text(text.view());
  if (!content.starts_with('{'))
    return "is no JSON object";
  const auto offset = static_cast<std::size_t>(content.data() - text.data());
  return bearer::detail::parse_json_members(
    text, offset,
    {{"type", &into.type},
     {"client_email", &into.client_email},
     {"private_key", &into.private_key},
     {"private_key_id", &into.private_key_id},
     {"token_uri", &into.token_uri}});
}

/// What is wrong with the members; empty if nothing.
std::string_view complaint(const members& json) noexcept {
  auto is_missing = [](const json_member& x) {
    return !x.is_text() || x.text.empty();
  };
  if (json.type.text != "service_account")
    return "\"type\" is not \"service_account\"";
  if (is_missing(json.client_email))
    return "\"client_email\" is missing or no string";
  if (is_missing(json.private_key))
    return "\"private_key\" is missing or no string";
  if (json.private_key_id.present() && !json.private_key_id.is_text())
    return "\"private_key_id\" is no string";
  if (is_missing(json.token_uri))
    return "\"token_uri\" is missing or no string";
  return {};
}

options to_options(const members& json,
                   const std::vector<std::string>& scopes) {
  auto token = signed_assertion{};
  token.key.pem = secret{json.private_key.text};
  token.key.key_id = json.private_key_id.text;
  token.issuer = json.client_email.text;
  token.subject = json.client_email.text;
  token.audience = json.token_uri.text;
  if (!scopes.empty())
    token.claims.emplace_back("scope", bearer::detail::joined(scopes));
  auto result = options{};
  result.token_endpoint = json.token_uri.text;
  result.grant = jwt_bearer{std::move(token)};
  return result;
}

} // namespace

caf::expected<options>
read_service_account(const std::string& file,
                     const std::vector<std::string>& scopes) {
  if (!std::ranges::all_of(scopes, bearer::detail::is_scope))
    return invalid("scopes: has one that is empty or has characters other than"
                   " those of RFC 6749, section 3.3");
  auto path = bearer::detail::expand_path(file);
  if (!path)
    return std::move(path.error());
  auto content = bearer::detail::read_token_file(*path, max_file_size);
  if (!content)
    return invalid(bearer::detail::error_text(content.error()));
  const auto origin = "file '" + *path + "': ";
  auto json = members{};
  if (auto what = parse(content->content, json); !what.empty())
    return invalid(origin + what);
  if (auto what = complaint(json); !what.empty())
    return invalid(std::string{origin}.append(what));
  auto result = to_options(json, scopes);
  if (auto err = check(result))
    return invalid(origin + bearer::detail::error_text(err));
  return result;
}

} // namespace bearer::oauth2
