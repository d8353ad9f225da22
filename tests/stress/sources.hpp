#pragma once

#include <bearer/any_source.hpp>
#include <bearer/handle.hpp>

#include <caf/actor_system.hpp>
#include <caf/expected.hpp>

#include <cstdint>
#include <string>

/// Bearers over sources of every kind, all of which misbehave.
namespace stress {

/// Over a file that somebody else rewrites.
caf::expected<bearer::handle> spawn_over_file(caf::actor_system& sys,
                                              const std::string& path);

/// Over the program `stress-credential` that lies beside this one.
caf::expected<bearer::handle> spawn_over_command(caf::actor_system& sys);

/// Over a function that throws, blocks, dawdles and errs.
caf::expected<bearer::handle> spawn_over_function(caf::actor_system& sys,
                                                  std::uint64_t seed);

/// Over another bearer over such a function, which nobody else uses.
caf::expected<bearer::handle> spawn_over_bearer(caf::actor_system& sys,
                                                std::uint64_t seed);

// Over HTTP: here, as soon as there is such a source.

/// The path of a program in the folder of this one.
std::string program_beside_this(const char* name);

} // namespace stress
