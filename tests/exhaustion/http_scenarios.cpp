#include <bearer/bearer.hpp>
#include <bearer/source/oauth2_source.hpp>

#include "support/child_process.hpp"
#include "support/no_http_environment.hpp"
#include "support/signing_keys.hpp"
#include "support/temp_folder.hpp"

#include "endure.hpp"
#include "oauth2_client/refresh_token_file.hpp"
#include "scenarios.hpp"

#include <cstdio>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace exhaustion {

namespace {

/// An OAuth 2.0 server, which is a process of its own so that it has all that
/// it needs.
class server {
public:
  explicit server(const std::vector<std::string>& arguments = {})
    : process_(EXHAUSTION_OAUTH_SERVER, arguments) {
    // nop
  }

  std::string endpoint() const {
    return issuer_ + "/token";
  }

  /// A refresh token of somebody who has logged in.
  bearer::secret log_in() {
    process_.tell("login");
    return bearer::secret{hear()};
  }

  bearer::oauth2::options client() const {
    auto result = bearer::oauth2::options{};
    result.token_endpoint = endpoint();
    result.client_id = "client";
    result.authentication
      = bearer::oauth2::client_secret_basic{bearer::secret{"client-secret"}};
    return result;
  }

private:
  std::string hear() {
    if (auto line = process_.hear(patience))
      return *line;
    throw std::runtime_error("the OAuth server says nothing");
  }

  bearer::test::no_http_environment environment_;
  example::child_process process_;
  std::string issuer_ = hear();
};

/// There is none for the thread that HTTP takes.
bool no_descriptor_for_http(caf::actor_system& sys) {
  auto issuer = server{};
  auto what = no_descriptors{};
  return endure(sys, bearer::oauth2_source(sys, issuer.client()), what,
                {"cannot start a thread", "no descriptors"});
}

/// That thread may not start.
bool no_thread_for_http(caf::actor_system& sys) {
  auto issuer = server{};
  auto what = no_threads{};
  return endure(sys, bearer::oauth2_source(sys, issuer.client()), what,
                {"cannot start a thread", "temporarily unavailable"});
}

/// One whose client has this key.
server server_that_knows(const bearer::test::key_ptr& key) {
  const auto folder = bearer::test::temp_folder{};
  const auto file = folder.write("key", bearer::test::to_public_pem(key));
  return server{{"--alg=ES256", "--public-key=" + file}};
}

/// Nor one that signs what a client shows instead of a secret.
bool no_thread_for_signing(caf::actor_system& sys) {
  const auto key = bearer::test::make_ec_key("P-256");
  const auto issuer = server_that_knows(key);
  auto how = bearer::oauth2::private_key_jwt{};
  how.key.pem = bearer::secret{bearer::test::to_pem(key)};
  how.key.algorithm = bearer::oauth2::algorithm::es256;
  auto client = issuer.client();
  client.authentication = how;
  auto what = no_threads{};
  return endure(sys, bearer::oauth2_source(sys, client), what,
                {"cannot start a thread", "temporarily unavailable"});
}

/// There is none for a connection.
bool no_connection(caf::actor_system& sys) {
  auto known = server{};
  const auto first = bearer::spawn(sys,
                                   bearer::oauth2_source(sys, known.client()));
  if (!expect(first && first->fetch(), "no token from the first server"))
    return false;
  auto issuer = server{};
  auto what = no_descriptors{};
  return endure(sys, bearer::oauth2_source(sys, issuer.client()), what,
                {issuer.endpoint(), "Too many open files"});
}

/// A new refresh token cannot be written where the old one was. It would be a
/// loss, because the server takes the old one no more.
bool nowhere_to_store(caf::actor_system& sys) {
  const auto folder = bearer::test::temp_folder{};
  auto what = full_disk{folder.path()};
  if (!what.is_real())
    throw not_here{"only who may mount has a disk to fill"};
  auto issuer = server{};
  const auto path = folder.write("login", issuer.log_in().view());
  const auto file = oauth2_client::refresh_token_file{path};
  auto options = issuer.client();
  options.grant = bearer::oauth2::refresh_token{
    file.read(), [file](const auto& fresh) { return file.write(fresh); }};
  if (!endure(sys, bearer::oauth2_source(sys, options), what,
              {path, "No space left on device"}))
    return false;
  // As after a restart.
  std::get<bearer::oauth2::refresh_token>(options.grant).token = file.read();
  const auto next = bearer::spawn(sys, bearer::oauth2_source(sys, options));
  return expect(next && next->fetch(), "what was stored is of no use");
}

} // namespace

scenarios http_scenarios() {
  return {
    {"descriptors-http", no_descriptor_for_http},
    {"descriptors-oauth2", no_connection},
    {"disk-refresh-token", nowhere_to_store},
    {"threads-http", no_thread_for_http},
    {"threads-signing", no_thread_for_signing},
  };
}

} // namespace exhaustion
