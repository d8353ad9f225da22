#include <bearer/error.hpp>
#include <bearer/http/detail/check_request.hpp>
#include <bearer/http/url.hpp>
#include <bearer/oauth2/detail/error_text.hpp>
#include <bearer/oauth2/detail/is_empty_secret.hpp>
#include <bearer/oauth2/detail/overloaded.hpp>
#include <bearer/oauth2/detail/scope.hpp>
#include <bearer/oauth2/detail/syntax.hpp>
#include <bearer/oauth2/token_request.hpp>
#include <bearer/source/token_text.hpp>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <variant>

namespace bearer::oauth2 {

namespace {

using bearer::detail::overloaded;

using names = std::vector<std::string_view>;

caf::error invalid(std::string_view member, std::string_view what) {
  auto text = std::string{"oauth2: "};
  text.append(member).append(": ").append(what);
  return caf::make_error(errc::invalid_setting, std::move(text));
}

bool wants_issuer_as_audience(const client_authentication& x) noexcept {
  const auto* how = std::get_if<private_key_jwt>(&x);
  return how != nullptr
         && how->audience == private_key_jwt::audience_kind::issuer;
}

caf::error check_url(std::string_view member, const std::string& url,
                     const options& what) {
  if (url.empty())
    return {};
  if (auto err = http::check_url(url, what.connection))
    return invalid(member, bearer::detail::error_text(err));
  return {};
}

caf::error check_server(const options& what) {
  if (what.token_endpoint.empty() && what.issuer.empty())
    return invalid("token_endpoint", "is empty, and so is issuer");
  if (wants_issuer_as_audience(what.authentication)) {
    if (what.issuer.empty())
      return invalid("issuer",
                     "is empty, but the client's JWT is meant for it");
  } else if (!what.token_endpoint.empty() && !what.issuer.empty()) {
    return invalid("token_endpoint", "is set, and so is issuer");
  }
  // RFC 8414, section 2.
  if (what.issuer.find('?') != std::string::npos)
    return invalid("issuer", "has a query");
  if (auto err = check_url("token_endpoint", what.token_endpoint, what))
    return err;
  return check_url("issuer", what.issuer, what);
}

caf::error check_secret(std::string_view member, const secret& x) {
  if (x.empty())
    return invalid(member, "is empty");
  if (x.size() > max_token_size)
    return invalid(member, "is longer than " + std::to_string(max_token_size)
                             + " bytes");
  return {};
}

caf::error check_lifetime(std::string_view member, caf::timespan x) {
  if (x <= caf::timespan::zero())
    return invalid(member, "must be above 0");
  return {};
}

caf::error check_key(std::string_view member, const signing_key& key) {
  auto name = std::string{member};
  if (key.file.empty() && key.pem.empty())
    return invalid(name.append(".file"), "is empty, and so is pem");
  if (!key.file.empty() && !key.pem.empty())
    return invalid(name.append(".file"), "is set, and so is pem");
  if (key.file.find('\0') != std::string::npos)
    return invalid(name.append(".file"), "has a NUL byte");
  if (key.key_id.find('\0') != std::string::npos)
    return invalid(name.append(".key_id"), "has a NUL byte");
  return {};
}

caf::error check_claims(std::string_view member, const signed_assertion& x) {
  auto taken = names{"iss", "sub", "aud", "iat", "exp", "jti"};
  for (const auto& [name, value] : x.claims) {
    if (name.empty())
      return invalid(member, "a claim has no name");
    if (std::ranges::find(taken, name) != taken.end())
      return invalid(member, "the claim \"" + name + "\" is there already");
    taken.emplace_back(name);
  }
  return {};
}

caf::error check_assertion(std::string_view member, const assertion& x) {
  if (const auto* given = std::get_if<secret>(&x))
    return check_secret(member, *given);
  const auto& made = std::get<signed_assertion>(x);
  const auto prefix = std::string{member};
  // RFC 7523, section 3.
  if (made.issuer.empty())
    return invalid(prefix + ".issuer", "is empty");
  if (made.subject.empty())
    return invalid(prefix + ".subject", "is empty");
  if (auto err = check_lifetime(prefix + ".lifetime", made.lifetime))
    return err;
  if (auto err = check_claims(prefix + ".claims", made))
    return err;
  return check_key(prefix + ".key", made.key);
}

caf::error check_exchange(const token_exchange& x) {
  if (auto err = check_assertion("subject_token", x.subject_token))
    return err;
  if (x.subject_token_type.empty())
    return invalid("subject_token_type", "is empty");
  if (bearer::detail::is_empty_secret(x.actor_token))
    return {};
  if (auto err = check_assertion("actor_token", x.actor_token))
    return err;
  if (x.actor_token_type.empty())
    return invalid("actor_token_type", "is empty");
  return {};
}

caf::error check_grant(const options& what) {
  auto check_password = [](const password& x) {
    if (x.username.empty())
      return invalid("username", "is empty");
    return check_secret("user_password", x.user_password);
  };
  return std::visit(
    overloaded{[](const client_credentials&) { return caf::error{}; },
               [](const refresh_token& x) {
                 return check_secret("refresh_token", x.token);
               },
               [](const jwt_bearer& x) {
                 return check_assertion("assertion", x.assertion);
               },
               [](const token_exchange& x) { return check_exchange(x); },
               check_password},
    what.grant);
}

/// Whether a request without any client may succeed: assertions speak for
/// themselves, and so does a user's password.
bool needs_no_client(const options& what) noexcept {
  return std::holds_alternative<public_client>(what.authentication)
         && !std::holds_alternative<client_credentials>(what.grant)
         && !std::holds_alternative<refresh_token>(what.grant);
}

caf::error check_client(const options& what) {
  if (what.client_id.empty() && !needs_no_client(what))
    return invalid("client_id", "is empty");
  if (what.client_id.find('\0') != std::string::npos)
    return invalid("client_id", "has a NUL byte");
  return std::visit(
    overloaded{[](const public_client&) { return caf::error{}; },
               [](const client_secret_basic& x) {
                 return check_secret("client_secret", x.client_secret);
               },
               [](const client_secret_post& x) {
                 return check_secret("client_secret", x.client_secret);
               },
               [](const private_key_jwt& x) {
                 if (auto err = check_lifetime("private_key_jwt.lifetime",
                                               x.lifetime))
                   return err;
                 return check_key("private_key_jwt.key", x.key);
               }},
    what.authentication);
}

caf::error check_target(const options& what) {
  for (const auto& x : what.scopes)
    if (!bearer::detail::is_scope(x))
      return invalid("scopes", "one is empty or has characters other than"
                               " those of RFC 6749, section 3.3");
  for (const auto& x : what.resources)
    if (!bearer::detail::is_absolute_uri(x))
      return invalid("resources", "one is no absolute URI without fragment (RFC"
                                  " 8707, section 2)");
  return {};
}

/// The parameters that the grant brings along.
names parameters_of(const grant& x) {
  return std::visit(
    overloaded{[](const client_credentials&) { return names{}; },
               [](const refresh_token&) { return names{"refresh_token"}; },
               [](const jwt_bearer&) { return names{"assertion"}; },
               [](const token_exchange&) {
                 return names{"subject_token", "subject_token_type",
                              "requested_token_type", "actor_token",
                              "actor_token_type"};
               },
               [](const password&) {
                 return names{"username", "password"};
               }},
    x);
}

/// The parameters by which the client authenticates.
names parameters_of(const client_authentication& x) {
  return std::visit(
    overloaded{
      [](const public_client&) { return names{"client_id"}; },
      [](const client_secret_basic&) { return names{}; },
      [](const client_secret_post&) {
        return names{"client_id", "client_secret"};
      },
      [](const private_key_jwt&) {
        return names{"client_id", "client_assertion", "client_assertion_type"};
      }},
    x);
}

caf::error check_parameters(const options& what) {
  auto taken = names{"grant_type", "scope", "audience", "resource"};
  for (const auto& more :
       {parameters_of(what.grant), parameters_of(what.authentication)})
    taken.insert(taken.end(), more.begin(), more.end());
  for (const auto& [name, value] : what.parameters) {
    if (name.empty())
      return invalid("parameters", "one has no name");
    if (std::ranges::find(taken, name) != taken.end())
      return invalid("parameters", "\"" + name + "\" is set by other members");
  }
  return {};
}

caf::error check_fields(const options& what) {
  constexpr auto taken = std::to_array<std::string_view>(
    {"accept", "authorization", "connection", "content-length", "content-type",
     "host", "transfer-encoding"});
  for (const auto& x : what.fields) {
    // A name that is none may be a credential in the wrong place.
    if (!bearer::detail::is_token(x.name))
      return invalid("fields", "a name has characters other than those of RFC"
                               " 9110, section 5.1");
    if (std::ranges::find(taken, bearer::detail::lower(x.name)) != taken.end())
      return invalid("fields", "\"" + x.name + "\" is not for extra fields");
    if (!bearer::detail::is_field_value(x.value.view()))
      return invalid("fields", "the value of \"" + x.name
                                 + "\" has a line break or another control"
                                   " character");
  }
  return {};
}

caf::error check_connection(const options& what) {
  if (auto err = http::detail::check_connection(what.connection))
    return invalid("connection", bearer::detail::error_text(err));
  return {};
}

} // namespace

caf::error check(const options& what) {
  if (!what.clock)
    return invalid("clock", "is not callable");
  if (what.max_response == 0)
    return invalid("max_response", "must be above 0");
  for (auto* part : {check_server, check_client, check_grant, check_target,
                     check_parameters, check_fields, check_connection})
    if (auto err = part(what))
      return err;
  return {};
}

} // namespace bearer::oauth2
