#pragma once

namespace bearer::test {

/// Whether CAF printed the help of a program while it parsed its arguments. A
/// member of the configuration on 0.18.7, of which CAF 1.x made a function.
template <class Config>
bool showed_help(const Config& settings) {
  if constexpr (requires { settings.helptext_printed(); })
    return settings.helptext_printed();
  else
    return settings.cli_helptext_printed;
}

} // namespace bearer::test
