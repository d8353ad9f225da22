#pragma once

#include <caf/config_option_set.hpp>

#include <string>
#include <vector>

namespace example {

/// Brings a command line into the form that CAF 0.18 reads, which knows
/// `--name=value` only: `--name value` becomes that. A time without a unit is
/// one of seconds.
/// @throws std::runtime_error for what CAF would show with its value, which may
///         be a secret, or not mind: an unknown option, one without its value,
///         and one that is there twice though it is not repeatable. Names the
///         option.
std::vector<std::string> joined(const caf::config_option_set& known,
                                const std::vector<std::string>& arguments);

/// Whether reading the command line has shown the help: a member of CAF 0.18's
/// configuration, of which 1.x made a function.
/// @param settings a `caf::actor_system_config`.
template <class Config>
bool showed_help(const Config& settings) {
  if constexpr (requires { settings.helptext_printed(); })
    return settings.helptext_printed();
  else
    return settings.cli_helptext_printed;
}

} // namespace example
