#include <bearer/bearer.hpp>
#include <bearer/meta_objects.hpp>
#include <bearer/source/environment_source.hpp>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include <cstdlib>
#include <iostream>
#include <string>

int main() {
  // So that this runs everywhere; a variable that is set already stays.
  setenv("API_TOKEN", "just-an-example", 0);
  bearer::init_global_meta_objects();
  caf::actor_system_config cfg;
  caf::actor_system sys{cfg};
  auto api = bearer::spawn(sys, bearer::environment_source(sys, "API_TOKEN"));
  if (!api) {
    std::cerr << "cannot spawn a bearer: " << to_string(api.error()) << '\n';
    return EXIT_FAILURE;
  }
  // Call this for each request: it costs next to nothing while a token is good.
  auto token = api->fetch();
  if (!token) {
    std::cerr << "no token: " << to_string(token.error()) << '\n';
    return EXIT_FAILURE;
  }
  // The only way to the secret; nothing prints it by accident.
  auto header = "Bearer " + std::string{token->access_token.view()};
  std::cout << "Authorization: " << header.size() << " characters\n"
            << "generation: " << token->generation.count << '\n'
            << "expires: "
            << (token->expires_at ? caf::timestamp_to_string(*token->expires_at)
                                  : "never")
            << '\n';
}
