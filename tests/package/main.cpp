#include <bearer/all.hpp>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include <cstdlib>
#include <iostream>

int main() {
  bearer::init_global_meta_objects();
  caf::actor_system_config cfg;
  caf::actor_system sys{cfg};
  auto bearer = bearer::spawn(sys, bearer::static_source(sys, "token"));
  if (!bearer) {
    std::cerr << "cannot spawn: " << to_string(bearer.error()) << '\n';
    return EXIT_FAILURE;
  }
  auto token = bearer->fetch();
  if (!token) {
    std::cerr << "cannot fetch: " << to_string(token.error()) << '\n';
    return EXIT_FAILURE;
  }
  std::cout << "generation: " << to_string(token->generation) << '\n';
  return EXIT_SUCCESS;
}
