#pragma once

#include <bearer/http/response.hpp>

#include <caf/expected.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace bearer::oauth2 {

/// Where a server's metadata may be, in the order in which to ask: RFC 8414,
/// section 3.1, then OpenID Connect Discovery 1.0, section 4.
std::vector<std::string> metadata_urls(const std::string& issuer);

/// Reads the metadata of a server: the token endpoint.
/// @param issuer Must be the document's `issuer` (RFC 8414, section 3.3).
/// @returns the token endpoint's URL; `errc::server_refused` as for a token
///          response; or `errc::unusable_response` naming the member.
caf::expected<std::string> parse_metadata(const http::response& from,
                                          const std::string& issuer,
                                          std::string_view origin);

} // namespace bearer::oauth2
