#pragma once

#include <caf/actor_system_config.hpp>

#include "district.hpp"

#include <cstdint>
#include <memory>
#include <vector>

namespace stress {

/// Over files that others rewrite.
std::unique_ptr<district> make_file_district(std::uint64_t seed);

/// Over programs and functions, and over other bearers.
std::unique_ptr<district> make_local_district(std::uint64_t seed);

/// Over an OAuth 2.0 server. There if the component oauth2 is.
std::unique_ptr<district> make_http_district();

/// Replicas of a bearer in another actor system. There if the component remote
/// is.
std::unique_ptr<district> make_cluster_district(std::uint64_t seed);

/// What the replicas need of the actor system that they are in. Call it once.
void load_network(caf::actor_system_config& into);

/// All that there are. May start other programs.
/// @throws std::exception
std::vector<std::unique_ptr<district>> make_districts(std::uint64_t seed);

/// What they need of the actor system. Call it once, before there is any.
void prepare_for_districts(caf::actor_system_config& what);

} // namespace stress
