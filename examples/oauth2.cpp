/// Obtains tokens from the server of an issuer as a client of its own (RFC
/// 6749, section 4.4). Takes issuer, client and secret from the environment.

#include <bearer/bearer.hpp>
#include <bearer/meta_objects.hpp>
#include <bearer/source/oauth2_source.hpp>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include <cstdlib>
#include <iostream>
#include <string>

namespace {

std::string variable(const char* name) {
  const auto* value = std::getenv(name);
  return value != nullptr ? value : "";
}

} // namespace

int main() {
  bearer::init_global_meta_objects();
  caf::actor_system_config cfg;
  caf::actor_system sys{cfg};
  auto client = bearer::oauth2::options{};
  client.issuer = variable("OAUTH2_ISSUER");
  client.client_id = variable("OAUTH2_CLIENT_ID");
  client.authentication = bearer::oauth2::client_secret_basic{
    bearer::secret{variable("OAUTH2_CLIENT_SECRET")}};
  auto source = bearer::oauth2_source(sys, client);
  if (!source) {
    std::cerr << "cannot ask for tokens: " << to_string(source.error()) << '\n';
    return EXIT_FAILURE;
  }
  auto api = bearer::spawn(sys, *source);
  if (!api) {
    std::cerr << "cannot spawn a bearer: " << to_string(api.error()) << '\n';
    return EXIT_FAILURE;
  }
  // Wait for the outcome of one attempt rather than through retries.
  auto once = bearer::fetch_options{};
  once.renew_synchronous = true;
  auto token = api->fetch(once);
  if (!token) {
    std::cerr << "no token: " << to_string(token.error()) << '\n';
    return EXIT_FAILURE;
  }
  std::cout << "a token of " << token->access_token.size() << " characters\n";
}
