#include <bearer/http/url.hpp>
#include <bearer/oauth2/detail/form.hpp>
#include <bearer/oauth2/detail/is_empty_secret.hpp>
#include <bearer/oauth2/detail/overloaded.hpp>
#include <bearer/oauth2/detail/scope.hpp>
#include <bearer/oauth2/jwt.hpp>
#include <bearer/oauth2/token_request.hpp>

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>
#include <utility>
#include <variant>

namespace bearer::oauth2 {

namespace {

using bearer::detail::form;
using bearer::detail::overloaded;
using bearer::detail::wiped_buffer;

/// Base64 (RFC 4648, section 4) behind a prefix.
secret encoded(std::string_view prefix, std::string_view text) {
  auto result = wiped_buffer{prefix.size() + (text.size() + 2) / 3 * 4};
  bearer::detail::append(result, prefix);
  const auto size
    = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(result.tail()),
                      reinterpret_cast<const unsigned char*>(text.data()),
                      static_cast<int>(text.size()));
  result.commit(static_cast<std::size_t>(size));
  return secret{result.view()};
}

/// The value of `Authorization` (RFC 6749, section 2.3.1). Identifier and
/// secret are form-encoded first, or a colon in the one would be taken for the
/// separator.
secret basic(const std::string& id, const secret& password) {
  using namespace bearer::detail;
  auto text = wiped_buffer{form_encoded_size(id) + 1
                           + form_encoded_size(password.view())};
  append_form_encoded(text, id);
  append(text, ":");
  append_form_encoded(text, password.view());
  return encoded("Basic ", text.view());
}

/// Builds one request, step by step.
class builder {
public:
  builder(const options& what, const std::string& token_endpoint,
          const secret& refresh_token)
    : what_(what),
      token_endpoint_(token_endpoint),
      refresh_token_(refresh_token),
      now_(what.clock()) {
    // nop
  }

  caf::error add_grant() {
    return std::visit([this](const auto& x) { return add(x); }, what_.grant);
  }

  void add_target() {
    if (!what_.scopes.empty())
      form_.add("scope", bearer::detail::joined(what_.scopes));
    if (!what_.audience.empty())
      form_.add("audience", what_.audience);
    for (const auto& x : what_.resources)
      form_.add("resource", x);
  }

  caf::error add_authentication() {
    return std::visit([this](const auto& x) { return add(x); },
                      what_.authentication);
  }

  http::request finish(caf::timespan timeout) {
    for (const auto& [name, value] : what_.parameters)
      form_.add(name, value);
    add_field("Content-Type", "application/x-www-form-urlencoded");
    add_field("Accept", "application/json");
    fields_.insert(fields_.end(), what_.fields.begin(), what_.fields.end());
    auto result = http::request{};
    result.method = http::method::post;
    result.url = token_endpoint_;
    result.fields = std::move(fields_);
    result.body = form_.encoded();
    result.connection = what_.connection;
    result.timeout = timeout;
    result.max_body = what_.max_response;
    return result;
  }

private:
  // -- grants -----------------------------------------------------------------

  /// RFC 6749, section 4.4.2.
  caf::error add(const client_credentials&) {
    form_.add("grant_type", "client_credentials");
    return {};
  }

  /// RFC 6749, section 6.
  caf::error add(const oauth2::refresh_token&) {
    form_.add("grant_type", "refresh_token");
    form_.add("refresh_token", refresh_token_);
    return {};
  }

  /// RFC 7523, section 2.1.
  caf::error add(const jwt_bearer& x) {
    form_.add("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer");
    return add_assertion("assertion", x.assertion);
  }

  /// RFC 8693, section 2.1.
  caf::error add(const token_exchange& x) {
    form_.add("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange");
    if (auto err = add_assertion("subject_token", x.subject_token))
      return err;
    form_.add("subject_token_type", x.subject_token_type);
    if (!x.requested_token_type.empty())
      form_.add("requested_token_type", x.requested_token_type);
    if (bearer::detail::is_empty_secret(x.actor_token))
      return {};
    form_.add("actor_token_type", x.actor_token_type);
    return add_assertion("actor_token", x.actor_token);
  }

  /// RFC 6749, section 4.3.2.
  caf::error add(const password& x) {
    form_.add("grant_type", "password");
    form_.add("username", x.username);
    form_.add("password", x.user_password);
    return {};
  }

  // -- who the client is ------------------------------------------------------

  caf::error add(const public_client&) {
    if (!what_.client_id.empty())
      form_.add("client_id", what_.client_id);
    return {};
  }

  caf::error add(const client_secret_basic& x) {
    fields_.push_back(
      {"Authorization", basic(what_.client_id, x.client_secret)});
    return {};
  }

  caf::error add(const client_secret_post& x) {
    form_.add("client_id", what_.client_id);
    form_.add("client_secret", x.client_secret);
    return {};
  }

  /// RFC 7523, section 2.2.
  caf::error add(const private_key_jwt& x) {
    auto token = signed_assertion{};
    token.key = x.key;
    token.issuer = what_.client_id;
    token.subject = what_.client_id;
    if (x.audience == private_key_jwt::audience_kind::issuer)
      token.audience = what_.issuer;
    token.lifetime = x.lifetime;
    form_.add("client_id", what_.client_id);
    form_.add("client_assertion_type",
              "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
    return add_assertion("client_assertion", token);
  }

  /// Adds what was given, or what is signed now.
  caf::error add_assertion(std::string_view name, const assertion& x) {
    if (const auto* given = std::get_if<secret>(&x)) {
      form_.add(name, *given);
      return {};
    }
    auto token = sign(std::get<signed_assertion>(x), token_endpoint_, now_);
    if (!token)
      return std::move(token.error());
    form_.add(name, std::move(*token));
    return {};
  }

  void add_field(std::string name, std::string_view value) {
    fields_.push_back({std::move(name), secret{value}});
  }

  const options& what_;
  const std::string& token_endpoint_;
  const secret& refresh_token_;
  caf::timestamp now_;
  form form_;
  std::vector<http::field> fields_;
};

// -- secrets ------------------------------------------------------------------

/// As `private_key_jwt` and public clients have none, nothing for those.
std::vector<secret> secrets_of_client(const options& what) {
  if (const auto* x = std::get_if<client_secret_basic>(&what.authentication))
    return {x->client_secret};
  if (const auto* x = std::get_if<client_secret_post>(&what.authentication))
    return {x->client_secret};
  return {};
}

/// The secrets of the options, as they are meant.
std::vector<secret> secrets_in(const options& what,
                               const secret& refresh_token) {
  auto result = secrets_of_client(what);
  auto add = [&result](const secret& x) { result.push_back(x); };
  auto add_given = [&result](const assertion& x) {
    if (const auto* given = std::get_if<secret>(&x))
      result.push_back(*given);
  };
  std::visit(overloaded{[](const client_credentials&) {},
                        [&](const oauth2::refresh_token&) {
                          add(refresh_token);
                        },
                        [&](const jwt_bearer& x) { add_given(x.assertion); },
                        [&](const token_exchange& x) {
                          add_given(x.subject_token);
                          add_given(x.actor_token);
                        },
                        [&](const password& x) { add(x.user_password); }},
             what.grant);
  for (const auto& x : what.parameters)
    result.emplace_back(x.second);
  for (const auto& x : what.fields)
    result.push_back(x.value);
  // Some servers take keys there.
  for (const auto& x : http::query_values(what.token_endpoint))
    add(x);
  return result;
}

/// Adds those that look different in a form, where a line may end in the middle
/// of an encoded character.
void add_form_encoded(std::vector<secret>& to) {
  using namespace bearer::detail;
  const auto count = to.size();
  for (std::size_t i = 0; i < count; ++i) {
    auto text = wiped_buffer{form_encoded_size(to[i].view())};
    append_form_encoded(text, to[i].view());
    if (text.view() != to[i].view())
      to.emplace_back(text.view());
  }
}

/// Adds the assertions in a form.
void add_assertions(std::vector<secret>& to, std::string_view form) {
  constexpr auto names = std::to_array<std::string_view>(
    {"assertion", "client_assertion", "subject_token", "actor_token"});
  while (!form.empty()) {
    const auto pair = form.substr(0, form.find('&'));
    form.remove_prefix(std::min(pair.size() + 1, form.size()));
    const auto name = pair.substr(0, pair.find('='));
    if (std::ranges::find(names, name) != names.end())
      to.emplace_back(pair.substr(name.size() + 1));
  }
}

} // namespace

caf::expected<http::request>
make_token_request(const options& what, const std::string& token_endpoint,
                   const secret& refresh_token, caf::timespan timeout) {
  auto request = builder{what, token_endpoint, refresh_token};
  if (auto err = request.add_grant())
    return err;
  request.add_target();
  if (auto err = request.add_authentication())
    return err;
  return request.finish(timeout);
}

std::vector<secret> secrets_of(const options& what, const secret& refresh_token,
                               const secret& body) {
  auto result = secrets_in(what, refresh_token);
  add_form_encoded(result);
  if (const auto* x = std::get_if<client_secret_basic>(&what.authentication))
    result.push_back(basic(what.client_id, x->client_secret));
  add_assertions(result, body.view());
  return result;
}

} // namespace bearer::oauth2
