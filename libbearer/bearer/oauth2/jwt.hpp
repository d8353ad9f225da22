#pragma once

#include <bearer/oauth2/options.hpp>
#include <bearer/secret.hpp>

#include <caf/expected.hpp>
#include <caf/timestamp.hpp>

#include <string>

namespace bearer::oauth2 {

/// Makes and signs a JWT with `iss`, `sub`, `aud`, `iat`, `exp`, a random `jti`
/// and the further claims (RFC 7519, RFC 7523, section 3). Blocks for as long
/// as it takes to read the key and to sign.
/// @param audience Stands in for an empty `what.audience`.
/// @param now What `iat` says and `exp` counts from.
/// @returns the compact form; or `errc::signing_failed` naming the key's file.
caf::expected<secret> sign(const signed_assertion& what,
                           const std::string& audience, caf::timestamp now);

} // namespace bearer::oauth2
