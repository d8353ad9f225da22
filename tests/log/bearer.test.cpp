#include "support/canary.hpp"
#include "support/eventful_life.hpp"
#include "support/real_time.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include "log/log_file.hpp"
#include <catch2/catch_test_macros.hpp>

using namespace bearer::test;

TEST_CASE("nothing that CAF logs at any level shows a secret", "[I19]") {
  const log_file file;
  {
    caf::actor_system_config config;
    file.set_up(config);
    caf::actor_system sys{config};
    live_eventfully(sys);
  }
  const auto log = file.content();
  CHECK(contains(log, "bearer."));
  CHECK_FALSE(shows(log));
}
