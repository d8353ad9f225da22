#pragma once

#include <bearer/event.hpp>

#include <caf/timespan.hpp>
#include <caf/timestamp.hpp>

#include <string>

namespace example {

/// Renders an event as a line of text.
/// @param start what the line's time counts from.
std::string event_text(const bearer::event& what, caf::timestamp start);

/// A line of the same form about something else.
/// @param passed The line's time.
std::string line_text(caf::timespan passed, const std::string& subject,
                      const std::string& text);

} // namespace example
