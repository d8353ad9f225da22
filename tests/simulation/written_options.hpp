#pragma once

#include <bearer/fetch_options.hpp>

#include <caf/expected.hpp>

#include "simulation/step.hpp"

namespace bearer::sim {

/// What comes of the options when they are written down as request layers do
/// it, and read by the library. Those that have no such form stay as they are.
caf::expected<fetch_options> by_text(const fetch_options& x, wording how);

} // namespace bearer::sim
