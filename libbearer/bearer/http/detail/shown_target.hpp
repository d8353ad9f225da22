#pragma once

#include <string>

namespace bearer::http::detail {

/// Where a redirect leads, for an error. Its origin if the host is that of the
/// request; else nothing of it, because a server can repeat anywhere in a URL
/// what it was sent.
/// @param from The URL of the request.
std::string shown_target(const std::string& from, const std::string& to);

} // namespace bearer::http::detail
