#pragma once

#include <bearer/handle.hpp>
#include <bearer/renewal_settings.hpp>

#include <caf/actor_system.hpp>
#include <caf/expected.hpp>

#include <cstdint>
#include <string>

/// Bearers over sources, all of which misbehave.
namespace stress {

/// For tokens that live a few seconds rather than an hour.
/// @param seed 0 for a random one.
bearer::renewal_settings short_lived(std::uint64_t seed = 0);

/// Over a file that somebody else rewrites.
caf::expected<bearer::handle> spawn_over_file(caf::actor_system& sys,
                                              const std::string& path);

/// Over the program `stress-credential` that lies beside this one.
caf::expected<bearer::handle> spawn_over_command(caf::actor_system& sys);

/// Over a function that throws, blocks, dawdles and errs.
caf::expected<bearer::handle> spawn_over_function(caf::actor_system& sys,
                                                  std::uint64_t seed);

/// Over such a function as well, but renews early, so that much is left of the
/// tokens for others that get them from this bearer.
caf::expected<bearer::handle> spawn_ahead(caf::actor_system& sys,
                                          std::uint64_t seed);

/// Over another bearer of that kind, which nobody else uses.
caf::expected<bearer::handle> spawn_over_bearer(caf::actor_system& sys,
                                                std::uint64_t seed);

} // namespace stress
