/// A bearer as the source of another: services share one login, and each has
/// settings of its own.

#include <bearer/bearer.hpp>
#include <bearer/meta_objects.hpp>
#include <bearer/source/function_source.hpp>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/timestamp.hpp>

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <string>
#include <utility>

namespace {

using namespace std::chrono_literals;

/// For people and logs.
bearer::spawn_options named(std::string name) {
  auto result = bearer::spawn_options{};
  result.name = std::move(name);
  return result;
}

/// Every outer bearer counts its own generations.
bool show(const bearer::handle& whom) {
  auto token = whom.fetch();
  if (!token) {
    std::cerr << whom.name() << ": " << to_string(token.error()) << '\n';
    return false;
  }
  std::cout << whom.name() << ": generation " << token->generation.count
            << '\n';
  return true;
}

} // namespace

int main() {
  bearer::init_global_meta_objects();
  caf::actor_system_config cfg;
  caf::actor_system sys{cfg};
  auto settings = bearer::renewal_settings{};
  settings.initial_retry_timeout = 100ms;
  auto source = bearer::function_source(sys, [calls = 0]() mutable {
    std::cout << "login: call " << ++calls << std::endl;
    return bearer::token{bearer::secret{"login-" + std::to_string(calls)},
                         caf::make_timestamp() + 1h};
  });
  auto login = bearer::spawn(sys, source, settings, named("login"));
  if (!login)
    return EXIT_FAILURE;
  // Closing a service must not take the login from the other.
  settings.owns_source = false;
  auto billing = bearer::spawn(sys, *login, settings, named("billing"));
  auto storage = bearer::spawn(sys, *login, settings, named("storage"));
  if (!billing || !storage)
    return EXIT_FAILURE;
  if (!show(*billing) || !show(*storage))
    return EXIT_FAILURE;
  // A refusal goes all the way in, as the login's own token is no good either.
  auto refused = billing->fetch();
  if (!refused)
    return EXIT_FAILURE;
  std::cout << "billing: refused by the server\n";
  billing->reject(refused->generation);
  if (!show(*billing) || !show(*login))
    return EXIT_FAILURE;
  billing->close(1s);
  std::cout << "billing: closed\n";
  return show(*storage) ? EXIT_SUCCESS : EXIT_FAILURE;
}
