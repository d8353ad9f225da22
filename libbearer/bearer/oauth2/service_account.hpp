#pragma once

#include <bearer/oauth2/options.hpp>

#include <caf/expected.hpp>

#include <string>
#include <vector>

namespace bearer::oauth2 {

/// Reads a service account's key file, a JSON object as the common clouds hand
/// it out, with `type` (`service_account`), `client_email`, `private_key`,
/// `private_key_id` and `token_uri`. Blocks.
/// @param scopes What the assertion asks for, as its claim `scope`.
/// @returns options for the grant `jwt_bearer`, with token endpoint and signed
///          assertion; or `errc::invalid_setting` naming the file and the
///          member, never content.
caf::expected<options>
read_service_account(const std::string& file,
                     const std::vector<std::string>& scopes);

} // namespace bearer::oauth2
