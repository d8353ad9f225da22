#pragma once

#include <bearer/source/detail/wiped_buffer.hpp>

#include <caf/expected.hpp>

#include <cstddef>
#include <string_view>

namespace bearer::detail {

/// A member of the JSON object.
struct json_member {
  enum class kind { absent, null, text, number, other };

  kind type = kind::absent;

  /// The decoded string or the number as it is written; points into the buffer.
  std::string_view text;

  /// Whether there is a value; null counts as none.
  bool present() const noexcept {
    return type != kind::absent && type != kind::null;
  }
};

/// The members of a token's JSON object that mean something here.
struct token_json {
  json_member token;
  json_member access_token;
  json_member token_type;
  json_member expires_at;
  json_member expires_in;
};

/// Parses the buffer from `offset` on as a JSON object (RFC 8259), in place:
/// the result points into the buffer, and no content is copied elsewhere.
/// Unknown members are passed over; a known one that occurs twice is an error.
/// @returns the members, or `errc::unreadable_token` that begins with `origin`
///          and never quotes content.
caf::expected<token_json> parse_token_json(wiped_buffer& text,
                                           std::size_t offset,
                                           std::string_view origin);

} // namespace bearer::detail
