#pragma once

#include <bearer/http/detail/curl.hpp>
#include <bearer/http/request.hpp>

#include <chrono>

namespace bearer::http::detail {

/// Tells libcurl how the server of a request is reached: sockets, proxy and
/// TLS.
/// @param what Has been checked.
/// @throws std::exception
void prepare_connection(CURL* easy, const request& what,
                        std::chrono::steady_clock::time_point deadline);

} // namespace bearer::http::detail
