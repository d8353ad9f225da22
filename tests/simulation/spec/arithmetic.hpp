#pragma once

#include <bearer/renewal_settings.hpp>
#include <bearer/token.hpp>

#include <caf/timespan.hpp>
#include <caf/timestamp.hpp>

#include <cstdint>
#include <optional>

/// The design's formulas once more, written down from the design and not from
/// the library. All results are exact to `slop`, which stands for the rounding
/// of floating point numbers.
namespace bearer::sim::spec {

/// More than the error of any formula here for a span of this length.
caf::timespan slop(caf::timespan of);

/// Time and point in time, or the end of time.
caf::timespan later(caf::timespan when, caf::timespan delay);
caf::timestamp later(caf::timestamp when, caf::timespan delay);

/// An interval of delays.
struct bounds {
  caf::timespan low;
  caf::timespan high;
};

/// The delay after failure `n` (from 1) in a row.
bounds backoff(const renewal_settings& settings, std::uint64_t n,
               bool permanent, std::optional<caf::timespan> retry_after);

/// The delay from the publication of a token to its refresh; none if it wants
/// none.
std::optional<bounds> refresh(const renewal_settings& settings,
                              const token& tok, caf::timestamp now);

/// The wall time at which a token published at `now` ends.
caf::timestamp wall_end(const renewal_settings& settings, const token& tok,
                        caf::timestamp now);

/// The time it is usable for, `max` for ever.
caf::timespan usable_for(const renewal_settings& settings, const token& tok,
                         caf::timestamp now);

} // namespace bearer::sim::spec
