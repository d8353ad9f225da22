#pragma once

#include "support/temp_folder.hpp"

#include "real_server.hpp"
#include "server_process.hpp"

#include <string>

namespace bearer::test {

/// Django OAuth Toolkit, a server in Python that keeps to the letter of RFC
/// 6749 and 6750. A renewal ends the access token before, and each refresh
/// token is good for one use.
class django_server : public real_server {
public:
  django_server();

  std::string issuer() const override;

  std::string token_endpoint() const override;

  std::string resource() const override;

  /// A client that acts for itself and sends its secret in the body.
  oauth2::options app() const;

  /// A client that acts for the user.
  oauth2::options app_of_user() const;

  /// Has the server take a token back (RFC 7009).
  void revoke(const token& what);

private:
  temp_folder folder_;
  tls_files identity_ = ca_.issue();
  server_process process_;
};

} // namespace bearer::test
