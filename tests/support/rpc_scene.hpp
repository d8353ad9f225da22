#pragma once

#include <bearer/bearer.hpp>

#include "support/numbered_source.hpp"
#include "support/real_sources.hpp"

#include <caf/actor_system.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>

namespace bearer::test {

/// A bearer with a name to look for in errors.
inline handle make_bearer(caf::actor_system& sys, any_source source,
                          std::string name = "api") {
  auto options = spawn_options{};
  options.name = std::move(name);
  return *spawn(sys, std::move(source), quick(), std::move(options));
}

} // namespace bearer::test
