#pragma once

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include <map>
#include <string>

namespace exhaustion {

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
