#include "support/oauth/clients.hpp"

#include "support/signing_keys.hpp"

#include <exception>
#include <utility>

namespace bearer::test {

namespace {

constexpr auto jwt_type
  = std::string_view{"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"};

constexpr auto basic_scheme = std::string_view{"Basic "};

[[noreturn]] void refuse(std::string description) {
  throw oauth_refusal{"invalid_client", std::move(description)};
}

} // namespace

http_answer oauth_refusal::answer() const {
  auto result = http_answer{};
  result.status = "400 Bad Request";
  result.fields = "Content-Type: application/json\r\n";
  // Whoever used this header is told how to use it.
  if (code == "invalid_client") {
    result.status = "401 Unauthorized";
    result.fields += "WWW-Authenticate: Basic realm=\"oauth-server\"\r\n";
  }
  result.body = json_object{}
                  .add("error", code)
                  .add("error_description", description)
                  .text();
  return result;
}

client_registry::client_registry(std::vector<oauth_client> clients) {
  for (auto& x : clients)
    clients_.emplace(x.id, x);
}

const oauth_client*
client_registry::authenticate(const heard_request& request,
                              const form_parameters& form,
                              const std::vector<std::string>& audiences,
                              caf::timestamp now) {
  const auto credentials = field_value(request, "Authorization");
  const auto secret = form.get("client_secret");
  const auto jwt = form.get("client_assertion");
  if (!credentials.empty() + !secret.empty() + !jwt.empty() > 1)
    throw oauth_refusal{"invalid_request", "several client authentications"};
  if (!credentials.empty())
    return &check_basic(credentials);
  if (!secret.empty())
    return &check_secret(form.get("client_id"), secret, client_method::post);
  if (!jwt.empty())
    return &check_jwt(form, audiences, now);
  if (const auto id = form.get("client_id"); !id.empty())
    return &find(id, client_method::none);
  return nullptr;
}

const oauth_client& client_registry::find(const std::string& id,
                                          client_method how) const {
  const auto at = clients_.find(id);
  if (at == clients_.end())
    refuse("the client is not known");
  if (!at->second.methods.contains(how))
    refuse("the client has to authenticate in another way");
  return at->second;
}

const oauth_client& client_registry::check_secret(const std::string& id,
                                                  const std::string& secret,
                                                  client_method how) const {
  const auto& result = find(id, how);
  if (result.secret != secret)
    refuse("the secret is wrong");
  return result;
}

/// RFC 6749, section 2.3.1: both are form-encoded before they are joined.
const oauth_client&
client_registry::check_basic(std::string_view credentials) const {
  if (!credentials.starts_with(basic_scheme))
    refuse("the scheme is not Basic");
  auto decoded = std::string{};
  try {
    decoded = base64_decoded(credentials.substr(basic_scheme.size()));
  } catch (const std::exception& ex) {
    refuse(ex.what());
  }
  const auto colon = decoded.find(':');
  if (colon == std::string::npos)
    refuse("the credentials have no colon");
  return check_secret(form_decoded(decoded.substr(0, colon)),
                      form_decoded(decoded.substr(colon + 1)),
                      client_method::basic);
}

const oauth_client&
client_registry::check_jwt(const form_parameters& form,
                           const std::vector<std::string>& audiences,
                           caf::timestamp now) {
  if (form.get("client_assertion_type") != jwt_type)
    refuse("the type of the assertion is not known");
  const auto jwt = form.get("client_assertion");
  try {
    const auto claims = read_claims(jwt);
    const auto id = form.get("client_id");
    if (claims.issuer != claims.subject || (!id.empty() && id != claims.issuer))
      refuse("issuer, subject and client differ");
    const auto& result = find(claims.issuer, client_method::private_key_jwt);
    judge_.check(jwt, result.key, audiences, now);
    return result;
  } catch (const std::exception& ex) {
    refuse("assertion: " + std::string{ex.what()});
  }
}

} // namespace bearer::test
