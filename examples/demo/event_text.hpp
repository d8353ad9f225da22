#pragma once

#include <bearer/event.hpp>

#include <caf/timestamp.hpp>

#include <string>

namespace demo {

/// Renders an event as a line of text.
/// @param start what the line's time counts from.
std::string event_text(const bearer::event& what, caf::timestamp start);

} // namespace demo
