#pragma once

#include <bearer/remote/address.hpp>

#include <caf/expected.hpp>

#include <chrono>

namespace bearer::remote::detail {

/// Finds out whether anybody listens at `where`, and under which IP address.
/// Blocks, by the deadline if the name is resolved by then.
///
/// CAF's own attempt to connect blocks as long as the kernel has patience, some
/// minutes if nothing comes back, and holds up all other connections of its
/// actor system and the system's end. So it is only made if it will not take
/// long.
/// @param loopback_only No other address will do, whatever the name says.
/// @returns the same with a numeric host, or why not.
caf::expected<address> probe(const address& where, bool loopback_only,
                             std::chrono::steady_clock::time_point deadline);

} // namespace bearer::remote::detail
