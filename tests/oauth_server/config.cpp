#include "config.hpp"

#include <chrono>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace bearer::test {

namespace {

std::string content_of(const std::string& path) {
  auto in = std::ifstream{path, std::ios::binary};
  if (!in)
    throw std::runtime_error("public-key: cannot read " + path);
  return {std::istreambuf_iterator<char>{in}, {}};
}

} // namespace

oauth_server_config::oauth_server_config() {
  opt_group{custom_options_, "global"}
    .add(port, "port", "where to listen, a free one if it is 0")
    .add(token_lifetime_, "token-lifetime",
         "of access tokens in seconds, from 0.001 to 1000000")
    .add(client_id, "client-id", "of the only client that there is")
    .add(client_secret_, "client-secret", "for the methods basic and post")
    .add(public_key_, "public-key",
         "a PEM file: the client signs JWTs instead of having a secret")
    .add(algorithm_, "alg", "of the client's JWTs, RS256 to ES512")
    .add(user_, "user", "for the grant password; nobody if it is empty")
    .add(password_, "password", "of that user")
    .add(certificate_, "certificate", "for TLS, a PEM file")
    .add(key_, "key", "of the certificate, a PEM file");
}

oauth_setup oauth_server_config::setup() const {
  if (token_lifetime_ < 0.001 || token_lifetime_ > 1e6)
    throw std::runtime_error("token-lifetime: must be from 0.001 to 1000000");
  auto client = oauth_client{};
  client.id = client_id;
  client.secret = client_secret_;
  if (!public_key_.empty()) {
    client.methods = {client_method::private_key_jwt};
    client.key.public_key = content_of(public_key_);
    client.key.algorithm = algorithm_;
  } else if (client_secret_.empty()) {
    client.methods = {client_method::none};
  }
  auto result = oauth_setup{};
  result.clients = {client};
  if (!user_.empty())
    result.users.emplace(user_, password_);
  result.token_lifetime = std::chrono::round<std::chrono::milliseconds>(
    std::chrono::duration<double>{token_lifetime_});
  return result;
}

std::optional<tls_files> oauth_server_config::tls() const {
  if (certificate_.empty() && key_.empty())
    return std::nullopt;
  if (certificate_.empty() || key_.empty())
    throw std::runtime_error("certificate: goes with key, one is missing");
  return tls_files{certificate_, key_, {}};
}

} // namespace bearer::test
