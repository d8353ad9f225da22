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

/// Waits until `n` fetches wait inside the bearer.
inline bool wait_for_waiters(const handle& bearer, std::uint64_t n) {
  const auto end = std::chrono::steady_clock::now() + patience;
  while (bearer.status().waiters != n)
    if (std::chrono::steady_clock::now() > end)
      return false;
  return true;
}

} // namespace bearer::test
