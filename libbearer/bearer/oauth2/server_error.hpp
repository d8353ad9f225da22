#pragma once

#include <bearer/http/response.hpp>
#include <bearer/secret.hpp>

#include <caf/error.hpp>
#include <caf/timestamp.hpp>

#include <cstdint>
#include <span>
#include <string_view>

namespace bearer::oauth2 {

/// Whether a status says that the answer is what was asked for.
constexpr bool is_success(std::uint16_t status) noexcept {
  return status >= 200 && status < 300;
}

/// Makes an error of an answer that refuses, whatever its body (RFC 6749,
/// section 5.2). Transient are 408, 425, 429 and 5xx, with the time of
/// `Retry-After`, and the error codes `temporarily_unavailable`, `server_error`
/// and `slow_down`; all else is permanent.
/// @param now When the answer came; a date in `Retry-After` counts from it.
/// @param origin Whose answer it is.
/// @param sent Secrets of the request, should the server repeat them.
/// @returns `errc::server_refused` with `refusal`, wrapped as transient or as
///          permanent; or `errc::unusable_response` for a status that neither
///          gives nor refuses, such as 304.
caf::error refusal_error(const http::response& from, caf::timestamp now,
                         std::string_view origin,
                         std::span<const secret> sent = {});

} // namespace bearer::oauth2
