#pragma once

#include <caf/actor_system_config.hpp>

#include <cstdint>

namespace demo {

/// The command line, read by CAF.
class config : public caf::actor_system_config {
public:
  config() {
    opt_group{custom_options_, "global"}
      .add(seconds, "seconds", "how long to run, from 12 to 3600")
      .add(clients, "clients",
           "how many actors make requests all the time, from 1 to 1000");
  }

  bool valid() const noexcept {
    return seconds >= 12 && seconds <= 3'600 && clients >= 1
           && clients <= 1'000;
  }

  std::uint32_t seconds = 20;
  std::uint32_t clients = 20;
};

} // namespace demo
