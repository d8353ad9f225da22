#pragma once

#include <bearer/http/response.hpp>

#include <caf/expected.hpp>
#include <caf/timestamp.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace bearer::oauth2 {

/// Where a server's metadata may be, in the order in which to ask: RFC 8414,
/// section 3.1, then OpenID Connect Discovery 1.0, section 4.
std::vector<std::string> metadata_urls(const std::string& issuer);

/// Reads the metadata of a server: the token endpoint.
/// @param issuer Must be the document's `issuer`, letter by letter (RFC 8414,
///               section 3.3).
/// @param now When the answer came; a date in `Retry-After` counts from it.
/// @param origin Whose answer it is; errors begin with it.
/// @returns the token endpoint's URL, which is `https:` or has the scheme of
///          the issuer and is otherwise unchecked; an error as `refusal_error`
///          makes it; or `errc::unusable_response` naming the member.
caf::expected<std::string>
parse_metadata(const http::response& from, const std::string& issuer,
               caf::timestamp now, std::string_view origin);

} // namespace bearer::oauth2
