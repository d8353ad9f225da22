#pragma once

#include <bearer/generation.hpp>
#include <bearer/secret.hpp>

#include <caf/timespan.hpp>
#include <caf/timestamp.hpp>

#include <optional>
#include <string>

namespace bearer {

/// An access token (RFC 6749, section 1.4) of type "Bearer" (RFC 6750).
///
/// Sources fill in the first three members; the bearer that publishes the token
/// numbers it. Copying is cheap: the secret is shared, never copied. Copies in
/// several threads do not disturb each other.
struct token {
  /// What goes into the `Authorization` header behind "Bearer " (RFC 6750,
  /// section 2.1).
  secret access_token = {};

  /// When the token expires, as wall time; none for a token that does not. A
  /// source that is told `expires_in` (RFC 6749, section 5.1) counts it from
  /// before it asked, so that no delay makes the token look younger.
  std::optional<caf::timestamp> expires_at = {};

  /// Set by sources that only know when to look again, such as a plain file:
  /// the bearer asks its source anew this long after it got the token, or
  /// earlier if the token's lifetime demands it.
  std::optional<caf::timespan> refresh_after = {};

  /// Numbered by the bearer when it publishes the token. What a source puts
  /// here is a number of its own: it comes back in `attempt::previous`, and
  /// nobody else sees it.
  bearer::generation generation = {};
};

/// @relates token
template <class Inspector>
bool inspect(Inspector& f, token& x) {
  return f.object(x).fields(f.field("access_token", x.access_token),
                            f.field("expires_at", x.expires_at),
                            f.field("refresh_after", x.refresh_after),
                            f.field("generation", x.generation));
}

/// Renders everything but the secret.
/// @relates token
std::string to_string(const token& x);

} // namespace bearer
