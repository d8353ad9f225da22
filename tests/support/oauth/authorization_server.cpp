#include "support/oauth/authorization_server.hpp"

#include <algorithm>
#include <cstdint>
#include <exception>
#include <sstream>
#include <utility>

namespace bearer::test {

namespace {

constexpr auto json_field
  = std::string_view{"Content-Type: application/json\r\n"};

// RFC 6749, section 5.1.
constexpr auto no_store = std::string_view{"Cache-Control: no-store\r\n"};

constexpr auto access_token_type
  = std::string_view{"urn:ietf:params:oauth:token-type:access_token"};

constexpr auto jwt_token_type
  = std::string_view{"urn:ietf:params:oauth:token-type:jwt"};

constexpr auto jwt_bearer_grant
  = std::string_view{"urn:ietf:params:oauth:grant-type:jwt-bearer"};

constexpr auto token_exchange_grant
  = std::string_view{"urn:ietf:params:oauth:grant-type:token-exchange"};

[[noreturn]] void refuse(std::string code, std::string description) {
  throw oauth_refusal{std::move(code), std::move(description)};
}

std::vector<std::string> words(const std::string& text) {
  auto in = std::istringstream{text};
  auto result = std::vector<std::string>{};
  for (auto word = std::string{}; in >> word;)
    result.push_back(word);
  return result;
}

/// Whole seconds as servers usually have them, else a fraction.
void add_lifetime(json_object& to, caf::timespan lifetime) {
  using std::chrono::milliseconds;
  const auto count = std::chrono::duration_cast<milliseconds>(lifetime).count();
  if (count % 1'000 == 0)
    to.add("expires_in", static_cast<std::uint64_t>(count / 1'000));
  else
    to.add("expires_in", static_cast<double>(count) / 1e3);
}

} // namespace

// -- one request --------------------------------------------------------------

class authorization_server::token_request {
public:
  token_request(authorization_server& server, const heard_request& what)
    : server_(server), what_(what), form_(what.body) {
    // nop
  }

  http_answer answer() {
    check_shape();
    client_ = server_.clients_.authenticate(what_, form_, server_.audiences(),
                                            now_);
    const auto grant = required("grant_type");
    check_permission(grant);
    if (grant == "client_credentials")
      return by_client();
    if (grant == "refresh_token")
      return by_refresh_token();
    if (grant == "password")
      return by_password();
    if (grant == jwt_bearer_grant)
      return by_assertion();
    if (grant == token_exchange_grant)
      return by_exchange();
    refuse("unsupported_grant_type", "this server has no such grant");
  }

private:
  // -- checks -----------------------------------------------------------------

  void check_shape() const {
    if (!what_.line.starts_with("POST "))
      refuse("invalid_request", "only POST is allowed here");
    const auto type = field_value(what_, "Content-Type");
    if (!type.starts_with("application/x-www-form-urlencoded"))
      refuse("invalid_request", "the body is no form");
    if (const auto name = form_.repeated(); !name.empty())
      refuse("invalid_request", name + " is there twice");
  }

  void check_permission(const std::string& grant) const {
    const auto speaks_for_itself = grant == jwt_bearer_grant
                                   || grant == token_exchange_grant
                                   || grant == "password";
    if (client_ == nullptr && !speaks_for_itself)
      refuse("invalid_client", "there is no client");
    if (client_ == nullptr)
      return;
    if (!client_->grants.empty() && !client_->grants.contains(grant))
      refuse("unauthorized_client", "the client may not use this grant");
    for (const auto& scope : words(form_.get("scope")))
      if (!client_->scopes.empty() && !client_->scopes.contains(scope))
        refuse("invalid_scope", "the client may not have this scope");
  }

  std::string required(std::string_view name) const {
    auto result = form_.get(name);
    if (result.empty())
      refuse("invalid_request", std::string{name} + " is missing");
    return result;
  }

  /// @returns the subject of a trusted issuer's assertion.
  std::string checked_subject(const std::string& jwt) const {
    try {
      const auto claims = read_claims(jwt);
      const auto key = server_.setup_.trusted_issuers.find(claims.issuer);
      if (key == server_.setup_.trusted_issuers.end())
        refuse("invalid_grant", "the issuer of the assertion is not trusted");
      server_.judge_.check(jwt, key->second, server_.audiences(), now_);
      return claims.subject;
    } catch (const std::exception& ex) {
      refuse("invalid_grant", "assertion: " + std::string{ex.what()});
    }
  }

  // -- grants -----------------------------------------------------------------

  http_answer by_client() {
    if (client_->methods.contains(client_method::none))
      refuse("unauthorized_client", "anybody can be a public client");
    return issue(rights_of(client_->id));
  }

  http_answer by_refresh_token() {
    auto next = server_.book_.use(required("refresh_token"), client_->id,
                                  server_.setup_.rotates);
    if (!next)
      refuse("invalid_grant", "the refresh token is not or no longer valid");
    if (server_.setup_.rotates)
      extra_.add("refresh_token", next->next);
    return issue(std::move(next->rights));
  }

  http_answer by_password() {
    const auto name = required("username");
    const auto user = server_.setup_.users.find(name);
    if (user == server_.setup_.users.end()
        || user->second != required("password"))
      refuse("invalid_grant", "there is no such user with this password");
    return issue(rights_of(name));
  }

  http_answer by_assertion() {
    return issue(rights_of(checked_subject(required("assertion"))));
  }

  http_answer by_exchange() {
    if (!form_.get("actor_token").empty())
      subject_of("actor_token");
    extra_.add("issued_token_type", access_token_type);
    return issue(rights_of(subject_of("subject_token")));
  }

  /// Whom the token of an exchange stands for (RFC 8693, section 2.1).
  std::string subject_of(const std::string& name) const {
    const auto token = required(name);
    const auto type = required(name + "_type");
    if (type == jwt_token_type)
      return checked_subject(token);
    if (type != access_token_type)
      refuse("invalid_request", "tokens of this type are not taken");
    if (server_.book_.state_of(token, now_) != token_state::good)
      refuse("invalid_grant", "the " + name + " is not valid");
    return server_.book_.rights_of(token)->subject;
  }

  // -- the token --------------------------------------------------------------

  token_rights rights_of(std::string subject) const {
    return {client_ != nullptr ? client_->id : std::string{},
            std::move(subject), form_.get("scope"), form_.all("audience"),
            form_.all("resource")};
  }

  http_answer issue(token_rights rights) {
    const auto lifetime = server_.token_lifetime_.load();
    auto json = extra_;
    if (!rights.scope.empty())
      json.add("scope", rights.scope);
    json.add("token_type", "Bearer");
    add_lifetime(json, lifetime);
    json.add("access_token",
             server_.book_.issue(std::move(rights), now_ + lifetime));
    return {"200 OK", json.text(), std::string{json_field}.append(no_store)};
  }

  authorization_server& server_;
  const heard_request& what_;
  form_parameters form_;
  const oauth_client* client_ = nullptr;
  caf::timestamp now_ = server_.setup_.clock();
  json_object extra_;
};

// -- the server ---------------------------------------------------------------

authorization_server::authorization_server(oauth_setup setup,
                                           std::function<std::string()> issuer)
  : setup_(std::move(setup)),
    issuer_(std::move(issuer)),
    token_lifetime_(setup_.token_lifetime),
    clients_(setup_.clients) {
  // nop
}

http_answer
authorization_server::answer_token_request(const heard_request& what) {
  try {
    return token_request{*this, what}.answer();
  } catch (const oauth_refusal& ex) {
    return ex.answer();
  }
}

http_answer authorization_server::metadata() const {
  auto json = json_object{};
  json.add("issuer", issuer_())
    .add("token_endpoint", issuer_() + "/token")
    .add("grant_types_supported",
         std::vector<std::string>{"client_credentials", "refresh_token",
                                  "password", std::string{jwt_bearer_grant},
                                  std::string{token_exchange_grant}})
    .add("token_endpoint_auth_methods_supported",
         std::vector<std::string>{"none", "client_secret_basic",
                                  "client_secret_post", "private_key_jwt"});
  return {"200 OK", json.text(), std::string{json_field}};
}

http_answer
authorization_server::answer_resource_request(const heard_request& what,
                                              token_state& state) const {
  constexpr auto scheme = std::string_view{"Bearer "};
  const auto credentials = field_value(what, "Authorization");
  const auto shown = credentials.starts_with(scheme);
  state = shown
            ? book_.state_of(credentials.substr(scheme.size()), setup_.clock())
            : token_state::unknown;
  if (state == token_state::good)
    return {"200 OK",
            json_object{}.add("line", what.line).add("body", what.body).text(),
            std::string{json_field}};
  // Whoever shows no token has made no error (RFC 6750, section 3.1).
  auto challenge
    = std::string{"WWW-Authenticate: Bearer realm=\"oauth-server\""};
  if (shown)
    challenge += ", error=\"invalid_token\", error_description=\"the token is "
                 + std::string{state == token_state::expired   ? "expired"
                               : state == token_state::revoked ? "revoked"
                                                               : "unknown"}
                 + '"';
  return {"401 Unauthorized", "", challenge + "\r\n"};
}

std::string authorization_server::log_in(const std::string& client,
                                         const std::string& scope) {
  return book_.begin_family({client, "user", scope, {}, {}});
}

/// What JWTs may be meant for.
std::vector<std::string> authorization_server::audiences() const {
  const auto issuer = issuer_();
  const auto endpoint = issuer + "/token";
  switch (setup_.wanted_audience) {
    case oauth_setup::audience::token_endpoint:
      return {endpoint};
    case oauth_setup::audience::issuer:
      return {issuer};
    default:
      return {endpoint, issuer};
  }
}

} // namespace bearer::test
