#pragma once

#include "support/oauth/authorization_server.hpp"
#include "support/tcp_server.hpp"

#include <caf/actor_system_config.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace bearer::test {

/// The command line, read by CAF.
class oauth_server_config : public caf::actor_system_config {
public:
  oauth_server_config();

  /// What the server needs to know. Throws, naming the argument, if one makes
  /// no sense.
  oauth_setup setup() const;

  /// Empty without TLS.
  std::optional<tls_files> tls() const;

  std::uint16_t port = 0;

  /// The client that the server knows.
  std::string client_id = "client";

private:
  double token_lifetime_ = 3'600;
  std::string client_secret_ = "client-secret";
  std::string public_key_;
  std::string algorithm_ = "RS256";
  std::string user_;
  std::string password_;
  std::string certificate_;
  std::string key_;
};

} // namespace bearer::test
