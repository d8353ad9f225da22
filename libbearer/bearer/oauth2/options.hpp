#pragma once

#include <bearer/http/request.hpp>
#include <bearer/secret.hpp>
#include <bearer/wall_clock.hpp>

#include <caf/error.hpp>
#include <caf/timespan.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

/// Values that say how a token is obtained by OAuth 2.0 (RFC 6749).
namespace bearer::oauth2 {

// -- signed assertions --------------------------------------------------------

/// How a JWT is signed (RFC 7518, section 3.1).
enum class algorithm : std::uint8_t {
  rs256,
  rs384,
  rs512,
  es256,
  es384,
  es512
};

/// A private key and how to use it.
struct signing_key {
  /// A PEM file, read anew for each signature, so that a rotated key is seen.
  /// Exactly one of this and `pem` is set.
  std::string file = {};

  /// The key itself, in PEM.
  secret pem = {};

  oauth2::algorithm algorithm = oauth2::algorithm::rs256;

  /// Tells the server which key it was (`kid`); empty for none.
  std::string key_id = {};
};

/// A JWT that is made and signed for each attempt (RFC 7523, section 3).
struct signed_assertion {
  signing_key key = {};

  /// `iss`; whom the server knows the key of.
  std::string issuer = {};

  /// `sub`; for whom a token is wanted.
  std::string subject = {};

  /// `aud`; if empty, then the token endpoint.
  std::string audience = {};

  /// From now to `exp`.
  caf::timespan lifetime = std::chrono::minutes{5};

  /// Further claims, all of them strings, such as `scope`.
  std::vector<std::pair<std::string, std::string>> claims = {};
};

/// An assertion or token that comes from elsewhere, or one that is made here.
using assertion = std::variant<secret, signed_assertion>;

// -- how the client authenticates ---------------------------------------------

/// Not at all: a public client, which only names itself.
struct public_client {};

/// By a secret in the `Authorization` header (RFC 6749, section 2.3.1).
struct client_secret_basic {
  secret client_secret = {};
};

/// By a secret in the body (RFC 6749, section 2.3.1).
struct client_secret_post {
  secret client_secret = {};
};

/// By a JWT that it signs (RFC 7523, section 2.2).
struct private_key_jwt {
  signing_key key = {};

  /// What the JWT is meant for: servers want one or the other.
  enum class audience_kind : std::uint8_t { token_endpoint, issuer };
  audience_kind audience = audience_kind::token_endpoint;

  /// From now to `exp`.
  caf::timespan lifetime = std::chrono::minutes{1};
};

using client_authentication = std::variant<public_client, client_secret_basic,
                                           client_secret_post, private_key_jwt>;

// -- grants -------------------------------------------------------------------

/// The client acts for itself (RFC 6749, section 4.4).
struct client_credentials {};

/// A login that took place elsewhere (RFC 6749, section 6). If the server sends
/// a new refresh token, then it replaces the old one.
struct refresh_token {
  secret token = {};

  /// Told of each new refresh token before the access token that came with it
  /// is published. An error, or an exception, fails the attempt; the next ones
  /// tell of it anew, and ask the server again once it is stored.
  /// Runs on a thread of its own and may block; nobody waits for it beyond an
  /// attempt's budget. May be empty.
  std::function<caf::error(const secret&)> store = {};
};

/// An assertion is traded for a token (RFC 7523, section 2.1).
struct jwt_bearer {
  oauth2::assertion assertion = {};
};

/// One token is traded for another (RFC 8693).
struct token_exchange {
  assertion subject_token = {};
  std::string subject_token_type = "urn:ietf:params:oauth:token-type:jwt";
  /// Empty for none.
  std::string requested_token_type = {};
  /// The empty secret for none.
  assertion actor_token = {};
  std::string actor_token_type = "urn:ietf:params:oauth:token-type:jwt";
};

/// A user's name and password, for servers that know nothing better (RFC 6749,
/// section 4.3).
struct password {
  std::string username = {};
  secret user_password = {};
};

using grant = std::variant<client_credentials, refresh_token, jwt_bearer,
                           token_exchange, password>;

// -- everything ---------------------------------------------------------------

/// What a token request consists of (RFC 6749, section 3.2).
struct options {
  /// The token endpoint. Exactly one of this and `issuer` is set, unless the
  /// client authenticates by a JWT for the issuer: that takes both.
  std::string token_endpoint = {};

  /// The server's identity, where its metadata is found (RFC 8414, OpenID
  /// Connect Discovery 1.0).
  std::string issuer = {};

  std::string client_id = {};
  client_authentication authentication = public_client{};
  oauth2::grant grant = client_credentials{};

  /// Sent as one parameter, separated by spaces (RFC 6749, section 3.3).
  std::vector<std::string> scopes = {};

  /// For whom the token is meant; empty for none.
  std::string audience = {};

  /// What the token is meant for, each a URI (RFC 8707).
  std::vector<std::string> resources = {};

  /// Further parameters of the request.
  std::vector<std::pair<std::string, std::string>> parameters = {};

  /// Further header fields.
  std::vector<http::field> fields = {};

  http::connection_options connection = {};

  /// The longest answer, in bytes.
  std::size_t max_response = std::size_t{256} * 1024;

  /// Tells the time from which on `expires_in` counts. Must be callable.
  wall_clock clock = system_wall_clock;
};

} // namespace bearer::oauth2
