#pragma once

#include "run_result.hpp"

#include <string>

namespace token_node {

/// What became of a run, as one line of JSON. All members are numbers, which
/// `report_help` explains.
std::string json_line(const run_result& run);

/// What the members of that line mean, and the exit status.
const char* report_help() noexcept;

} // namespace token_node
