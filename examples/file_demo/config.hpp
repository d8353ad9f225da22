#pragma once

#include <caf/actor_system_config.hpp>

#include <cstdint>

namespace file_demo {

/// The command line, read by CAF.
class config : public caf::actor_system_config {
public:
  config() {
    opt_group{custom_options_, "global"}
      .add(seconds, "seconds", "how long to run, from 1 to 3600")
      .add(receivers, "receivers",
           "how many clients fetch all the time, from 1 to 1000000");
  }

  bool valid() const noexcept {
    return seconds >= 1 && seconds <= 3'600 && receivers >= 1
           && receivers <= 1'000'000;
  }

  std::uint32_t seconds = 15;
  std::uint32_t receivers = 1'000;
};

} // namespace file_demo
