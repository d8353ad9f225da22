#pragma once

#include <bearer/remote/address.hpp>
#include <bearer/renewal_settings.hpp>

#include "support/option_adder.hpp"

#include <caf/actor_system_config.hpp>
#include <caf/timespan.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace token_node {

/// The command line, read by CAF, whose own options such as
/// `--caf.middleman.connection-timeout` it takes as well.
class config : public caf::actor_system_config {
public:
  config();

  /// Reads the command line, without the program's name, and checks it.
  /// @throws usage_error naming the option.
  /// @returns whether there is something to do; no if it was about help.
  bool read(const std::vector<std::string>& arguments);

  bool is_owner() const noexcept {
    return !listen.empty();
  }

  // -- the cluster ------------------------------------------------------------

  std::string listen;
  std::string connect;
  std::string bind = "127.0.0.1";
  std::string ca;
  std::string cert;
  std::string key;
  bool allow_unprotected = false;

  /// What `listen` and `connect` say.
  std::uint16_t port = 0;
  std::vector<bearer::remote::address> owners;

  // -- where tokens come from -------------------------------------------------

  std::string token;
  std::string token_file;
  std::string token_command;
  std::string token_endpoint;
  std::string client_id;
  std::string client_secret_file;
  std::string scope;
  std::string fallback_token_file;
  caf::timespan refresh_period = std::chrono::minutes{1};

  // -- fetches ----------------------------------------------------------------

  std::uint32_t receivers = 1;
  caf::timespan pause{0};

  /// Zero for never.
  caf::timespan reject_every{0};

  /// Zero for no end.
  caf::timespan duration{0};

  // -- the bearer -------------------------------------------------------------

  bearer::renewal_settings settings;
  std::uint64_t seed = 0;

private:
  void add_cluster_options(example::option_adder& to);
  void add_source_options(example::option_adder& to);
  void add_fetch_options(example::option_adder& to);

  void check_role();
  void check_sources() const;
  void check_fetches() const;
  void set_up_tls();
};

} // namespace token_node
