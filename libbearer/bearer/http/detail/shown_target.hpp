#pragma once

#include <bearer/http/request.hpp>

#include <string>

namespace bearer::http::detail {

/// Where a redirect leads, for an error: its origin, because a server can
/// repeat in a URL what it was sent, and not even that if its host may be a
/// part of the request.
std::string shown_target(const std::string& url, const request& what);

} // namespace bearer::http::detail
