#pragma once

#include <caf/config_option.hpp>
#include <caf/config_option_set.hpp>

#include "repeatable_option.hpp"

#include <string>
#include <vector>

namespace example {

/// Adds options that are read from the command line alone. CAF 1.x takes others
/// from environment variables of their names as well, and such as `URL` or
/// `USERNAME` are there for other purposes.
class option_adder {
public:
  explicit option_adder(caf::config_option_set& to) : to_(to) {
    // nop
  }

  template <class T>
  option_adder&
  add(T& storage, const std::string& name, const std::string& description) {
    to_.add(storage, without_variable(name), description);
    return *this;
  }

  /// Adds one that may be given several times.
  option_adder& add(std::vector<std::string>& storage, const std::string& name,
                    const std::string& description) {
    to_.add(repeatable_option(storage, without_variable(name), description));
    return *this;
  }

private:
  /// The name, no short name, and no variable where CAF asks for one.
  template <class Option = caf::config_option>
  static std::string without_variable(const std::string& name) {
    if constexpr (requires(const Option& x) { x.env_var_name(); })
      return name + ",,";
    else
      return name;
  }

  caf::config_option_set& to_;
};

} // namespace example
