#pragma once

#include <bearer/wall_clock.hpp>

#include "support/oauth/clients.hpp"
#include "support/oauth/message.hpp"
#include "support/oauth/token_book.hpp"

#include <caf/timespan.hpp>

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace bearer::test {

/// What a server knows and how it is run.
struct oauth_setup {
  std::vector<oauth_client> clients = {oauth_client{}};

  /// Names and passwords.
  std::map<std::string, std::string> users = {};

  /// Who else's assertions count, by the issuers' names.
  std::map<std::string, jwt_key> trusted_issuers = {};

  /// Of access tokens, in whole milliseconds.
  caf::timespan token_lifetime = std::chrono::hours{1};

  /// Whether each use of a refresh token replaces it.
  bool rotates = true;

  /// For whom JWTs must be meant.
  enum class audience { either, token_endpoint, issuer };
  audience wanted_audience = audience::either;

  /// The server's own time.
  wall_clock clock = system_wall_clock;
};

/// An OAuth 2.0 server and a resource that it protects, without any network:
/// requests go in, answers come out. It checks all that a real one checks.
/// Thread-safe.
class authorization_server {
public:
  /// @param issuer Tells its URL, without a slash at the end.
  authorization_server(oauth_setup setup, std::function<std::string()> issuer);

  // -- requests ---------------------------------------------------------------

  /// Issues a token (RFC 6749, section 3.2), or says why not.
  http_answer answer_token_request(const heard_request& what);

  /// RFC 8414, and OpenID Connect Discovery 1.0.
  http_answer metadata() const;

  /// What is to be had for a good token only (RFC 6750).
  /// @param state Is told what became of the token that was presented.
  http_answer answer_resource_request(const heard_request& what,
                                      token_state& state) const;

  // -- what its owner does ----------------------------------------------------

  /// The user has logged in by other means.
  /// @returns a refresh token for the client.
  std::string log_in(const std::string& client,
                     const std::string& scope = "read");

  /// All tokens and families of refresh tokens.
  token_book& book() {
    return book_;
  }

  /// Of tokens that are issued from now on.
  void set_token_lifetime(caf::timespan x) {
    token_lifetime_ = x;
  }

private:
  class token_request;

  std::vector<std::string> audiences() const;

  oauth_setup setup_;
  std::function<std::string()> issuer_;
  std::atomic<caf::timespan> token_lifetime_;
  client_registry clients_;
  assertion_judge judge_;
  token_book book_;
};

} // namespace bearer::test
