/// What a bearer is doing: an actor that subscribes to its events. Logs,
/// metrics and displays are made of this; no event holds a secret.

#include <bearer/bearer.hpp>
#include <bearer/meta_objects.hpp>
#include <bearer/source/function_source.hpp>

#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/timestamp.hpp>

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <stdexcept>
#include <variant>

namespace {

using namespace std::chrono_literals;

/// One function for each event of interest.
struct printer {
  void operator()(const bearer::status& x) const {
    std::cout << "at first: " << to_string(x.state) << '\n';
  }

  void operator()(const bearer::events::attempt_started& x) const {
    std::cout << "attempt " << x.number << " for " << x.waiters
              << " waiting: " << to_string(x.reason) << '\n';
  }

  void operator()(const bearer::events::attempt_ended& x) const {
    std::cout << "attempt " << x.number << ": " << to_string(x.how);
    if (x.error)
      std::cout << ", " << to_string(x.error);
    std::cout << '\n';
  }

  void operator()(const bearer::events::published& x) const {
    std::cout << "new token, generation " << x.generation.count << '\n';
  }

  void operator()(const bearer::events::stopped&) const {
    std::cout << "stopped\n";
  }

  void operator()(const auto&) const {
    // Rejected, suppressed and withdrawn are left out here.
  }
};

caf::behavior print_events(caf::event_based_actor* self) {
  return {
    [self](const bearer::event& x) {
      std::visit(printer{}, x.what);
      // No event follows that one.
      if (std::holds_alternative<bearer::events::stopped>(x.what))
        self->quit();
    },
  };
}

bearer::token log_in(const bearer::attempt& what) {
  if (what.number == 1)
    throw std::runtime_error("no route to host");
  return bearer::token{bearer::secret{"an-example"},
                       caf::make_timestamp() + 1h};
}

} // namespace

int main() {
  bearer::init_global_meta_objects();
  caf::actor_system_config cfg;
  caf::actor_system sys{cfg};
  auto settings = bearer::renewal_settings{};
  settings.initial_retry_timeout = 100ms;
  auto api = bearer::spawn(sys, bearer::function_source(sys, log_in), settings);
  if (!api) {
    std::cerr << to_string(api.error()) << '\n';
    return EXIT_FAILURE;
  }
  auto self = caf::scoped_actor{sys};
  // Does not start the bearer, nor does the bearer keep the actor alive.
  auto listener
    = caf::actor_cast<bearer::event_listener>(sys.spawn(print_events));
  api->subscribe(listener);
  auto token = api->fetch();
  api->stop();
  self->wait_for(listener);
  return token ? EXIT_SUCCESS : EXIT_FAILURE;
}
