#pragma once

#include "support/temp_folder.hpp"

#include "real_server.hpp"
#include "server_process.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace bearer::test {

/// glewlwyd, an OAuth 2.0 and OpenID Connect server in C. It signs its access
/// tokens, and gives refresh tokens of which each is good for one use: whoever
/// uses one twice ends the login.
class glewlwyd : public real_server {
public:
  /// @param lifetime Of its access tokens.
  explicit glewlwyd(std::chrono::seconds lifetime = std::chrono::hours{1});

  std::string issuer() const override;

  std::string token_endpoint() const override;

  std::string resource() const override;

  /// The client "app", which sends its secret in the body, asks for the scope
  /// "read" and acts for itself.
  oauth2::options app() const;

  /// The same for the user.
  oauth2::options app_of_user() const;

  /// A new client that signs with a key of its own.
  oauth2::options signer(oauth2::algorithm algorithm);

  /// What the server knows of a token, as JSON (RFC 7662).
  std::string introspect(const token& what);

  /// Has the server take a token back (RFC 7009).
  void revoke(const token& what);

  /// What it wrote about itself.
  std::string log() const;

  server_process& process() {
    return process_;
  }

private:
  std::vector<std::string> prepare(const server_process& process);
  void create(std::string_view kind, const std::string& json);
  void create_client(std::string_view id, const std::string& members);

  temp_folder folder_;
  tls_files identity_ = ca_.issue();
  server_process process_;
  std::vector<http::field> administrator_;
};

} // namespace bearer::test
