/// Many tokens from one client: a family has a bearer for each tenant, spawned
/// when it is first needed and let go when it has not been for a while.

#include <bearer/family.hpp>
#include <bearer/meta_objects.hpp>
#include <bearer/source/function_source.hpp>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/timestamp.hpp>

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <string>

namespace {

using namespace std::chrono_literals;

/// Called once for each tenant that has no bearer.
caf::expected<bearer::any_source> login(caf::actor_system& sys,
                                        const std::string& tenant) {
  if (tenant.empty())
    return caf::make_error(bearer::errc::invalid_setting, "tenant: is empty");
  return bearer::function_source(sys, [tenant] {
    std::cout << "login of " << tenant << std::endl;
    return bearer::token{bearer::secret{"token-of-" + tenant},
                         caf::make_timestamp() + 1h};
  });
}

/// A thread asks in a blocking way.
bool show(const bearer::family& tenants, const std::string& tenant) {
  auto token = tenants.fetch(tenant);
  if (!token) {
    std::cout << "no token: " << to_string(token.error()) << '\n';
    return false;
  }
  std::cout << tenant << ": generation " << token->generation.count << '\n';
  return true;
}

} // namespace

int main() {
  bearer::init_global_meta_objects();
  caf::actor_system_config cfg;
  caf::actor_system sys{cfg};
  auto settings = bearer::family_settings{};
  settings.max_size = 2;
  settings.idle_time = 5min;
  auto tenants = bearer::spawn_family(
    sys, [&sys](const std::string& tenant) { return login(sys, tenant); },
    settings);
  if (!tenants) {
    std::cerr << to_string(tenants.error()) << '\n';
    return EXIT_FAILURE;
  }
  if (!show(*tenants, "anvil") || !show(*tenants, "bellows")
      || !show(*tenants, "anvil"))
    return EXIT_FAILURE;
  // An error of the factory's, which does not stay.
  if (show(*tenants, ""))
    return EXIT_FAILURE;
  // There is room for two: this takes the place of the one not needed for
  // longest.
  if (!show(*tenants, "crucible"))
    return EXIT_FAILURE;
  // Whoever has a handle can rely on his bearer's place; readers and receivers
  // come from there, too.
  auto held = tenants->get("anvil");
  if (!held)
    return EXIT_FAILURE;
  for (const auto& [tenant, status] : tenants->status().bearers)
    std::cout << tenant << ": " << status.attempts << " login, "
              << status.fetches.total() << " fetches\n";
  // Actors do not block. This one ends with the answer.
  sys.spawn([tenants = *tenants](caf::event_based_actor* self) {
    tenants.fetch(self, "crucible")
      .then(
        // Holding the family until its answer is there.
        [tenants](const bearer::token& token) {
          std::cout << "actor: generation " << token.generation.count << '\n';
        },
        [tenants](const caf::error& why) {
          std::cout << "actor: no token: " << to_string(why) << '\n';
        });
  });
}
