#pragma once

#include <bearer/any_source.hpp>

#include <caf/actor_system.hpp>
#include <caf/expected.hpp>

#include <string>

namespace bearer {

/// Makes a source that reads an environment variable at each attempt. Its value
/// is the token itself, whitespace around it apart.
///
/// A missing or empty variable is `errc::empty_token`, an over-long value or
/// one with whitespace or characters other than visible ASCII inside
/// `errc::malformed_token`; both name the variable. The environment is read
/// with `getenv`, hence other threads must not change it at the same time, and
/// the process's environment itself is never wiped.
/// @returns the source; or `errc::invalid_setting` if no variable can have this
///          name.
caf::expected<any_source> environment_source(caf::actor_system& sys,
                                             std::string name);

} // namespace bearer
