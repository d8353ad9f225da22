#pragma once

#include "support/canary.hpp"
#include "support/no_http_environment.hpp"
#include "support/oauth/oauth_server.hpp"
#include "support/program.hpp"
#include "support/real_time.hpp"
#include "support/signing_keys.hpp"
#include "support/temp_folder.hpp"

#include <catch2/catch_test_macros.hpp>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace bearer::test {

/// The command that runs the program `oauth2_client`.
inline std::vector<std::string>
oauth2_client(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), BEARER_OAUTH2_CLIENT);
  return arguments;
}

/// Runs it from start to end.
inline program_outcome run_program(std::vector<std::string> arguments) {
  return run_to_end(oauth2_client(std::move(arguments)));
}

/// The only client of a server, with a secret that is easily found again.
inline oauth_setup one_client() {
  auto result = oauth_setup{};
  result.clients[0].secret = canary;
  return result;
}

/// A server for the program `oauth2_client`, and a folder for its files.
struct client_world {
  explicit client_world(oauth_setup setup = one_client(),
                        const std::optional<tls_files>& tls = {})
    : server(std::move(setup), tls) {
    // nop
  }

  /// What every run here begins with, and some more.
  std::vector<std::string> arguments(std::vector<std::string> more) const {
    auto result = std::vector<std::string>{"--token-endpoint",
                                           server.token_endpoint(),
                                           "--client-id",
                                           "client",
                                           "--initial-retry-timeout=10ms",
                                           "--max-retry-timeout=1h"};
    result.insert(result.end(), more.begin(), more.end());
    return result;
  }

  /// Runs the program with these and requests for the resource.
  program_outcome run(std::vector<std::string> more) const {
    more.insert(more.end(), {"--url", server.resource()});
    return run_program(arguments(std::move(more)));
  }

  /// As above, by a client that has its secret from a file.
  program_outcome run_with_secret(std::vector<std::string> more) const {
    more.insert(more.end(),
                {"--client-secret-file",
                 folder.write("secret", std::string{canary} + '\n')});
    return run(std::move(more));
  }

  no_http_environment environment;
  temp_folder folder;
  oauth_server server;
};

/// Whether it did all of so many requests, and showed no secret.
inline bool went_well(const program_outcome& x, std::uint64_t requests) {
  CAPTURE(x.out, x.err);
  CHECK(!shows(x.out));
  CHECK(!shows(x.err));
  CHECK(!x.shows("access-"));
  CHECK(!x.shows("refresh-"));
  CHECK(x["requests"] == requests);
  CHECK(x["ok"] == requests);
  CHECK(x.err.empty());
  return x.exit_status == 0 && x["ok"] == requests;
}

} // namespace bearer::test
