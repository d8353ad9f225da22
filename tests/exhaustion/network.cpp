#include <caf/io/middleman.hpp>

#include "scenarios.hpp"

namespace exhaustion {

void load_network(caf::actor_system_config& config) {
  caf::io::middleman::init_global_meta_objects();
  config.load<caf::io::middleman>();
}

} // namespace exhaustion
