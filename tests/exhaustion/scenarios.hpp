#pragma once

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include <map>
#include <stdexcept>
#include <string>

namespace exhaustion {

/// Thrown by scenarios that cannot be made with the rights that there are.
struct not_here : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Whether all went as it must.
using scenario = bool (*)(caf::actor_system&);

using scenarios = std::map<std::string, scenario>;

/// With sources of the library itself.
scenarios local_scenarios();

/// With OAuth 2.0.
scenarios http_scenarios();

/// With owners and replicas.
scenarios remote_scenarios();

/// What those need.
void load_network(caf::actor_system_config& config);

} // namespace exhaustion
