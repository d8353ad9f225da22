#pragma once

#include <bearer/http/response.hpp>
#include <bearer/secret.hpp>

#include <caf/error.hpp>

#include <cstdint>
#include <span>
#include <string_view>

namespace bearer::http {

/// Tells from a server's answer whether it refused the token of a request (RFC
/// 6750, section 3), which a newer one may mend.
///
/// That is so for status 401, unless a challenge of the scheme `Bearer` gives
/// another reason, and for the reason `invalid_token` with any status from 400
/// on. Other reasons, such as `insufficient_scope`, say that no token of this
/// bearer would do. A server that asks for other schemes alone may mean
/// anything; the token is then given the blame, since a renewal costs less than
/// to go on with one that is refused.
/// @param server Names the server in the error.
/// @param challenges The values of all header fields `WWW-Authenticate`.
/// @param sent The token and what else of the request is secret, which the
///             error does not show if the server does.
/// @returns `errc::token_refused` with `refusal`; or no error, which says
///          nothing about the request's success.
caf::error token_refusal(std::string_view server, std::uint16_t status,
                         std::span<const std::string_view> challenges,
                         std::span<const secret> sent = {});

/// The same for an answer of this library's client.
caf::error token_refusal(std::string_view server, const response& answer,
                         std::span<const secret> sent = {});

} // namespace bearer::http
