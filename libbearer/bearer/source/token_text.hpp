#pragma once

#include <bearer/source/detail/wiped_buffer.hpp>
#include <bearer/token.hpp>

#include <caf/expected.hpp>
#include <caf/timestamp.hpp>

#include <cstddef>
#include <string_view>

namespace bearer {

/// No access token may be longer, in bytes. Servers refuse header lines far
/// below that.
constexpr std::size_t max_token_size = std::size_t{64} * 1024;

/// Checks a secret and makes it a token without expiry. Nothing is trimmed. The
/// characters are those of `is_well_formed`.
/// @param origin Where the secret comes from; errors begin with it.
/// @returns the token; `errc::empty_token`; or `errc::malformed_token` if it is
///          over-long, has characters other than visible ASCII, or looks like
///          JSON.
caf::expected<token> make_plain_token(std::string_view secret,
                                      std::string_view origin);

/// Reads a token from the text of a file or the output of a program, which is
/// either the token itself or, if it begins with `{`, a JSON object (RFC 8259)
/// like the answer of a token endpoint (RFC 6749, section 5.1), with
///
/// | member                    | value                                       |
/// |---------------------------|---------------------------------------------|
/// | `token` or `access_token` | the token                                   |
/// | `expires_at`              | a time of RFC 3339, or seconds since 1970   |
/// | `expires_in`              | seconds since `issued_at`                   |
/// | `token_type`              | nothing but `Bearer` (RFC 6749, section 7.1)|
///
/// All but the token may be missing or null, and other members are passed over;
/// to have a token under both names, or one of these members twice, is an
/// error. Seconds may have a fraction and may stand in a string, the case of
/// `Bearer` does not matter. If both expiries are there, the earlier one
/// counts. Values outside the range of `caf::timestamp` saturate, and a token
/// that has expired already is none of this function's business. Whitespace
/// around the text and a byte order mark are trimmed.
///
/// Works in place, so that no copy of the secret remains but the token's own.
/// @param text Its content is undefined afterwards.
/// @param issued_at From when on `expires_in` counts.
/// @param origin Where the text comes from; errors begin with it.
/// @returns the token; `errc::empty_token`; `errc::malformed_token` for a
///          secret that cannot stand in a header; or `errc::unreadable_token`
///          that tells the position or the member. Never quotes content.
caf::expected<token> parse_token_text(detail::wiped_buffer& text,
                                      caf::timestamp issued_at,
                                      std::string_view origin);

} // namespace bearer
