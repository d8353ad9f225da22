#pragma once

#include <bearer/http/request.hpp>
#include <bearer/oauth2/options.hpp>
#include <bearer/secret.hpp>

#include <caf/error.hpp>
#include <caf/expected.hpp>
#include <caf/timespan.hpp>

#include <string>
#include <vector>

namespace bearer::oauth2 {

/// Checks everything that can be checked without asking anybody.
/// @returns nothing; or `errc::invalid_setting` naming the member.
caf::error check(const options& what);

/// Builds the request for one attempt (RFC 6749, section 4 to 6; RFC 7521,
/// 7523, 8693, 8707). Reads keys and signs, hence may block.
/// @param token_endpoint Where to, discovered or from the options.
/// @param refresh_token The current one, for the grant of that name.
/// @param timeout Becomes that of the request.
/// @returns the request, whose fields and body hold credentials; or
///          `errc::signing_failed`.
caf::expected<http::request>
make_token_request(const options& what, const std::string& token_endpoint,
                   const secret& refresh_token, caf::timespan timeout);

/// The secrets that such a request sends, should the server repeat them: as
/// they are meant and as they are sent. Extra parameters may be some.
/// @param body Of the request, for what was signed for it.
std::vector<secret> secrets_of(const options& what, const secret& refresh_token,
                               const secret& body = {});

} // namespace bearer::oauth2
