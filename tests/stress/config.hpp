#pragma once

#include <caf/actor_system_config.hpp>

#include <cstdint>
#include <string>

namespace stress {

/// The command line, read by CAF.
class config : public caf::actor_system_config {
public:
  config() {
    opt_group{custom_options_, "global"}
      .add(duration, "duration", "seconds to run, from 5 to 1000000")
      .add(receivers, "receivers",
           "how many clients keep fetching, each with a receiver of its own, "
           "from 1 to 1000000")
      .add(seed, "seed", "of everything that chance decides in this process")
      .add(report_file, "report", "a file to write the figures to as well");
  }

  bool valid() const noexcept {
    return duration >= 5 && duration <= 1'000'000 && receivers >= 1
           && receivers <= 1'000'000;
  }

  std::uint32_t duration = 60;
  std::uint32_t receivers = 10'000;
  std::uint32_t seed = 1;
  std::string report_file;
};

} // namespace stress
