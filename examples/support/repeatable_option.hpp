#pragma once

#include <caf/config_option.hpp>

#include <string>
#include <vector>

namespace example {

/// An option that may be given several times, each time with one more value.
/// CAF's own lists want all values at once, as in `--name=["a", "b"]`.
/// @param storage Gets the values in their order.
caf::config_option repeatable_option(std::vector<std::string>& storage,
                                     const std::string& name,
                                     const std::string& description);

/// Whether it may be given several times.
bool is_repeatable(const caf::config_option& option);

} // namespace example
