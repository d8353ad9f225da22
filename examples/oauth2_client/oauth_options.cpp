#include "oauth_options.hpp"

#include "support/secret_input.hpp"

#include "config.hpp"
#include "refresh_token_file.hpp"

#include <array>
#include <cstdlib>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace oauth2_client {

namespace {

namespace oauth2 = bearer::oauth2;

using example::secret_in;
using example::secret_in_file_or_variable;

constexpr auto secret_variable = "OAUTH2_CLIENT_SECRET";

[[noreturn]] void refuse(const std::string& option, const std::string& why) {
  throw std::runtime_error("--" + option + ": " + why);
}

std::vector<std::string> words(const std::vector<std::string>& texts) {
  auto result = std::vector<std::string>{};
  for (const auto& text : texts) {
    auto in = std::istringstream{text};
    for (auto word = std::string{}; in >> word;)
      result.push_back(std::move(word));
  }
  return result;
}

// -- the key ------------------------------------------------------------------

oauth2::algorithm algorithm_of(const std::string& name) {
  constexpr auto names = std::to_array<std::string_view>(
    {"RS256", "RS384", "RS512", "ES256", "ES384", "ES512"});
  for (auto i = std::size_t{0}; i < names.size(); ++i)
    if (name == names[i])
      return static_cast<oauth2::algorithm>(i);
  refuse("alg", "must be RS256, RS384, RS512, ES256, ES384 or ES512");
}

oauth2::signing_key key_of(const config& from) {
  if (from.private_key.empty())
    refuse("private-key", "needed");
  auto result = oauth2::signing_key{};
  result.file = from.private_key;
  result.algorithm = algorithm_of(from.alg);
  result.key_id = from.kid;
  return result;
}

// -- who the client is --------------------------------------------------------

bool has_secret(const config& from) {
  return !from.client_secret.empty() || !from.client_secret_file.empty()
         || std::getenv(secret_variable) != nullptr;
}

bearer::secret secret_of(const config& from) {
  if (from.client_secret.empty())
    return secret_in_file_or_variable("client-secret-file",
                                      from.client_secret_file, secret_variable);
  if (!from.client_secret_file.empty())
    refuse("client-secret", "goes not with --client-secret-file");
  return bearer::secret{from.client_secret};
}

oauth2::private_key_jwt jwt_of(const config& from) {
  using audience_kind = oauth2::private_key_jwt::audience_kind;
  auto result = oauth2::private_key_jwt{};
  result.key = key_of(from);
  if (from.jwt_audience == "issuer")
    result.audience = audience_kind::issuer;
  else if (from.jwt_audience != "token_endpoint")
    refuse("jwt-audience", "must be token_endpoint or issuer");
  return result;
}

bool signs_its_grant(const config& from) {
  return (from.grant == "jwt_bearer" || from.grant == "token_exchange")
         && from.assertion_file.empty();
}

/// The method that was given, else the one that fits what is there.
std::string method_of(const config& from) {
  if (!from.auth_method.empty())
    return from.auth_method;
  if (has_secret(from))
    return "basic";
  return !from.private_key.empty() && !signs_its_grant(from) ? "private_key_jwt"
                                                             : "none";
}

oauth2::client_authentication authentication_of(const config& from) {
  const auto method = method_of(from);
  if (method == "basic")
    return oauth2::client_secret_basic{secret_of(from)};
  if (method == "post")
    return oauth2::client_secret_post{secret_of(from)};
  if (method == "private_key_jwt")
    return jwt_of(from);
  if (method == "none")
    return oauth2::public_client{};
  refuse("auth-method", "must be basic, post, private_key_jwt or none");
}

// -- grants -------------------------------------------------------------------

oauth2::assertion assertion_of(const config& from) {
  if (!from.assertion_file.empty())
    return secret_in("assertion-file", from.assertion_file);
  auto result = oauth2::signed_assertion{};
  result.key = key_of(from);
  result.issuer = from.assertion_issuer.empty() ? from.client_id
                                                : from.assertion_issuer;
  result.subject = from.assertion_subject.empty() ? result.issuer
                                                  : from.assertion_subject;
  result.audience = from.assertion_audience;
  return result;
}

oauth2::grant refresh_token_of(const config& from) {
  if (from.refresh_token_file.empty())
    refuse("refresh-token-file", "needed for the grant refresh_token");
  const auto file = refresh_token_file{from.refresh_token_file};
  return oauth2::refresh_token{file.read(),
                               [file](const bearer::secret& fresh) {
                                 return file.write(fresh);
                               }};
}

oauth2::grant exchange_of(const config& from) {
  auto result = oauth2::token_exchange{};
  result.subject_token = assertion_of(from);
  if (!from.subject_token_type.empty())
    result.subject_token_type = from.subject_token_type;
  return result;
}

oauth2::grant password_of(const config& from) {
  if (from.username.empty())
    refuse("username", "needed for the grant password");
  return oauth2::password{from.username,
                          secret_in_file_or_variable("password-file",
                                                     from.password_file,
                                                     "OAUTH2_PASSWORD")};
}

oauth2::grant grant_of(const config& from) {
  if (from.grant == "client_credentials")
    return oauth2::client_credentials{};
  if (from.grant == "refresh_token")
    return refresh_token_of(from);
  if (from.grant == "jwt_bearer")
    return oauth2::jwt_bearer{assertion_of(from)};
  if (from.grant == "token_exchange")
    return exchange_of(from);
  if (from.grant == "password")
    return password_of(from);
  refuse("grant", "must be client_credentials, refresh_token, jwt_bearer, "
                  "token_exchange or password");
}

/// Nothing that was asked for is passed over in silence.
void check_use(const config& from) {
  const auto expect = [](bool holds, const std::string& option,
                         const std::string& what) {
    if (!holds)
      refuse(option, "goes with " + what + " only");
  };
  const auto method = method_of(from);
  const auto has_assertion = from.grant == "jwt_bearer"
                             || from.grant == "token_exchange";
  expect(from.client_secret.empty() || method == "basic" || method == "post",
         "client-secret", "--auth-method=basic or post");
  expect(from.client_secret_file.empty() || method == "basic"
           || method == "post",
         "client-secret-file", "--auth-method=basic or post");
  expect(from.private_key.empty() || method == "private_key_jwt"
           || signs_its_grant(from),
         "private-key", "--auth-method=private_key_jwt or a grant it signs");
  expect(from.refresh_token_file.empty() || from.grant == "refresh_token",
         "refresh-token-file", "--grant=refresh_token");
  expect(from.assertion_file.empty() || has_assertion, "assertion-file",
         "--grant=jwt_bearer or token_exchange");
  expect(from.subject_token_type.empty() || from.grant == "token_exchange",
         "subject-token-type", "--grant=token_exchange");
  expect(from.username.empty() || from.grant == "password", "username",
         "--grant=password");
  expect(from.password_file.empty() || from.grant == "password",
         "password-file", "--grant=password");
}

} // namespace

bearer::http::connection_options connection_of(const config& from) {
  auto result = bearer::http::connection_options{};
  result.ca_file = from.ca_file;
  result.certificate_file = from.certificate_file;
  result.key_file = from.key_file;
  result.proxy = from.proxy;
  result.allow_plain_http = from.allow_plain_http;
  return result;
}

oauth2::options oauth_options_of(const config& from) {
  check_use(from);
  auto result = oauth2::options{};
  result.token_endpoint = from.token_endpoint;
  result.issuer = from.issuer;
  result.client_id = from.client_id;
  result.authentication = authentication_of(from);
  result.grant = grant_of(from);
  result.scopes = words(from.scopes);
  result.audience = from.audience;
  result.resources = from.resources;
  result.connection = connection_of(from);
  return result;
}

} // namespace oauth2_client
