#pragma once

#include "needle.hpp"

#include <string>
#include <vector>

namespace memory_scan {

/// Looks for the secret in all memory that this process can write to: heap,
/// stacks of all threads, data of all libraries.
/// @returns a line for each mapping that has parts of it, with their number.
/// @throws std::runtime_error
std::vector<std::string> find_in_memory(const needle& what);

} // namespace memory_scan
