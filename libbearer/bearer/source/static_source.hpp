#pragma once

#include <bearer/any_source.hpp>

#include <caf/actor_system.hpp>
#include <caf/expected.hpp>
#include <caf/timestamp.hpp>

#include <optional>
#include <string_view>

namespace bearer {

/// Makes a source of a token that never changes. Once it was rejected, attempts
/// fail with `errc::static_token_rejected`, which is permanent.
/// @param access_token Copied; the caller's own text stays his to wipe.
/// @param expires_at When the token expires, as wall time; never if not given.
/// @returns the source; `errc::empty_token`; or `errc::malformed_token` for one
///          that is over-long or has characters other than visible ASCII.
caf::expected<any_source>
static_source(caf::actor_system& sys, std::string_view access_token,
              std::optional<caf::timestamp> expires_at = std::nullopt);

} // namespace bearer
