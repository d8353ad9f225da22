#pragma once

#include <bearer/renewal_settings.hpp>

#include "option_adder.hpp"

#include <cstdint>

namespace example {

/// Adds the options that set how a bearer renews its token.
/// @param seed Zero for a random one.
void add_bearer_options(option_adder& to, bearer::renewal_settings& settings,
                        std::uint64_t& seed);

} // namespace example
