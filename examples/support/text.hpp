#pragma once

#include <caf/timespan.hpp>

#include <cstdint>
#include <string>

/// Numbers for people.
namespace example {

/// With three digits and a unit, such as "2.61 s" or "417 us".
std::string duration_text(caf::timespan what);

/// Seconds in a column of fixed width, such as "  2.610 s".
std::string seconds_text(caf::timespan what);

/// With commas, such as "1,000".
std::string number_text(std::uint64_t what);

} // namespace example
