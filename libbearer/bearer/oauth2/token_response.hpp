#pragma once

#include <bearer/http/response.hpp>
#include <bearer/secret.hpp>
#include <bearer/token.hpp>

#include <caf/expected.hpp>
#include <caf/timestamp.hpp>

#include <span>
#include <string_view>

namespace bearer::oauth2 {

/// What a token endpoint gave.
struct granted {
  token access_token = {};

  /// The new refresh token; empty if there was none (RFC 6749, section 5.1).
  secret refresh_token = {};
};

/// Reads the answer of a token endpoint (RFC 6749, sections 5.1 and 5.2), whose
/// content type does not matter. Like in a token file, `expires_at` may stand
/// for `expires_in`, seconds may stand in a string, and `token_type` may be
/// missing; other members are passed over.
/// @param asked_at From when on `expires_in` counts.
/// @param now When the answer came; a date in `Retry-After` counts from it.
/// @param origin Whose answer it is; errors begin with it.
/// @param sent Secrets of the request, should the server repeat them.
/// @returns what was granted; an error as `refusal_error` makes it; or
///          `errc::unusable_response`, `errc::empty_token`,
///          `errc::malformed_token`. Errors never quote a token, nor anything
///          else of a successful answer but its content type and a `token_type`
///          that is not ours.
caf::expected<granted>
parse_token_response(const http::response& from, caf::timestamp asked_at,
                     caf::timestamp now, std::string_view origin,
                     std::span<const secret> sent = {});

/// The new refresh token of a successful answer, even if nothing else in it can
/// be used; empty if there is none.
secret refresh_token_in(const http::response& from);

} // namespace bearer::oauth2
