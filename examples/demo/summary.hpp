#pragma once

#include "oauth2_client/client_run.hpp"
#include "script.hpp"
#include "server.hpp"

namespace demo {

/// Prints a table of what the client and the server counted, and what is wrong
/// with it.
/// @param played What has been played to its end; null if somebody interrupted
///               that.
/// @returns whether nothing is wrong.
bool print_summary(const oauth2_client::run_result& run,
                   const server_counts& server, const script* played);

} // namespace demo
