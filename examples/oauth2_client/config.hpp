#pragma once

#include <bearer/renewal_settings.hpp>

#include "support/option_adder.hpp"

#include <caf/actor_system_config.hpp>
#include <caf/timespan.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace oauth2_client {

/// The command line as it was given, read by CAF. What it means is told by
/// `oauth_options_of` and the members below.
class config : public caf::actor_system_config {
public:
  config();

  /// Reads the command line, without the program's name.
  /// @throws std::runtime_error naming the option.
  /// @returns whether there is something to do; no if it was about help.
  bool read(const std::vector<std::string>& arguments);

  /// @throws std::runtime_error naming the option.
  void check() const;

  // -- the server -------------------------------------------------------------

  std::string token_endpoint;
  std::string issuer;

  // -- the client -------------------------------------------------------------

  std::string client_id;
  std::string auth_method;
  std::string client_secret;
  std::string client_secret_file;
  std::string private_key;
  std::string kid;
  std::string alg = "RS256";
  std::string jwt_audience = "token_endpoint";

  // -- the grant --------------------------------------------------------------

  std::string grant = "client_credentials";
  std::string refresh_token_file;
  std::string assertion_file;
  std::string assertion_issuer;
  std::string assertion_subject;
  std::string assertion_audience;
  std::string subject_token_type;
  std::string username;
  std::string password_file;

  // -- what else is sent ------------------------------------------------------

  /// Each may be several, separated by spaces.
  std::vector<std::string> scopes;
  std::vector<std::string> resources;
  std::string audience;

  // -- connections ------------------------------------------------------------

  std::string ca_file;
  std::string certificate_file;
  std::string key_file;
  std::string proxy;
  bool allow_plain_http = false;

  // -- requests ---------------------------------------------------------------

  std::string url;
  std::uint64_t requests = 0;
  std::uint32_t concurrency = 1;
  caf::timespan duration{0};
  caf::timespan pause{0};

  // -- the bearer -------------------------------------------------------------

  bearer::renewal_settings settings;
  std::uint64_t seed = 0;

private:
  void add_client_options(example::option_adder& to);
  void add_grant_options(example::option_adder& to);
  void add_request_options(example::option_adder& to);
};

} // namespace oauth2_client
