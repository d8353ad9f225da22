#pragma once

#include "support/temp_folder.hpp"

#include <caf/actor_system_config.hpp>

#include <catch2/catch_test_macros.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace bearer::test {

/// A file for all that CAF has to say.
class log_file {
public:
  /// Has an actor system write it.
  void set_up(caf::actor_system_config& of) const {
    of.set("caf.logger.file.path", path_);
    of.set("caf.logger.file.verbosity", "trace");
    of.set("caf.logger.file.excluded-components", std::vector<std::string>{});
    of.set("caf.logger.console.verbosity", "quiet");
  }

  /// What is in it, once the actor system has ended.
  std::string content() const {
    if (!std::filesystem::exists(path_))
      SKIP(
        "this CAF was built without logging, 'make log-tests' builds another");
    auto in = std::ifstream{path_, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
  }

private:
  temp_folder folder_;
  std::string path_ = folder_.path("caf.log");
};

} // namespace bearer::test
