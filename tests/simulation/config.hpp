#pragma once

#include <caf/actor_system_config.hpp>

#include <cstddef>
#include <cstdint>
#include <thread>
#include <vector>

namespace bearer::sim {

/// The command line, read by CAF.
class config : public caf::actor_system_config {
public:
  config() {
    opt_group{custom_options_, "global"}
      .add(seeds, "seeds", "how many scenarios to play")
      .add(first, "first", "the number of the first one")
      .add(jobs, "jobs", "how many processes play at once")
      .add(replay, "replay", "plays this one and prints its trace")
      .add(keep, "keep", "of the one to replay, these steps only")
      .add(coverage, "coverage", "prints what was reached")
      .add(terse, "terse", "does not look for the shortest scenario");
  }

  std::uint64_t seeds = 2'000;
  std::uint64_t first = 1;
  std::uint64_t jobs = std::thread::hardware_concurrency();
  std::uint64_t replay = 0;
  std::vector<std::size_t> keep;
  bool coverage = false;
  bool terse = false;
};

} // namespace bearer::sim
