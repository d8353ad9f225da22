#pragma once

#include <caf/timespan.hpp>
#include <caf/timestamp.hpp>

#include <optional>
#include <string_view>

namespace bearer::http {

/// Reads the value of `Retry-After` (RFC 9110, section 10.2.3): seconds or a
/// date, in any of the three forms of section 5.6.7.
/// @param now What a date counts from.
/// @returns the time to wait, zero for a date that has passed, saturated at the
///          end of the range; none if the value cannot be read.
std::optional<caf::timespan> parse_retry_after(std::string_view value,
                                               caf::timestamp now);

} // namespace bearer::http
