#pragma once

#include <bearer/http/request.hpp>

#include <string>

namespace bearer::http::detail {

/// Where a redirect leads, for an error; not if the server has repeated there
/// what it was sent.
std::string shown_target(const std::string& url, const request& what);

} // namespace bearer::http::detail
