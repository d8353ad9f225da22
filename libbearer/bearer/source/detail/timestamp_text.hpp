#pragma once

#include <caf/timespan.hpp>
#include <caf/timestamp.hpp>

#include <optional>
#include <string_view>

namespace bearer::detail {

/// Parses a date and time of RFC 3339, section 5.6, such as
/// `2024-02-29T12:00:00.5+01:00`. The letters may be small, a space may stand
/// for the T, and digits behind the nanoseconds are dropped. Times outside the
/// range of `caf::timestamp` saturate.
/// @returns nothing if the text is anything else, or no real date or time.
std::optional<caf::timestamp> parse_rfc3339(std::string_view text) noexcept;

/// Parses a number of seconds in the syntax of JSON (RFC 8259, section 6),
/// saturating at the ends of `caf::timespan`.
/// @returns nothing if the text is anything else.
std::optional<caf::timespan> parse_seconds(std::string_view text) noexcept;

} // namespace bearer::detail
