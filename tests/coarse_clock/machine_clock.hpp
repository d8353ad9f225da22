#pragma once

#include <caf/timespan.hpp>
#include <caf/timestamp.hpp>

#include <cstddef>

/// Stands in for the wall clocks of the C library.
namespace bearer::test {

/// Sets the wall clock. It stands still until it is set again.
/// @param late How far the coarse clock, `time`, is behind, beside its
///             resolution of a second.
void set_machine_clock(caf::timestamp now, caf::timespan late);

/// How often the exact clock was looked at.
std::size_t exact_looks();

} // namespace bearer::test
