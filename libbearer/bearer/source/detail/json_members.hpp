#pragma once

#include <bearer/source/detail/wiped_buffer.hpp>

#include <cstddef>
#include <initializer_list>
#include <string>
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

  /// Whether the value is a string.
  bool is_text() const noexcept {
    return type == kind::text;
  }
};

/// A member that means something, and where it goes.
struct wanted_member {
  std::string_view name;
  json_member* into;
};

/// Parses the buffer from `offset` on as JSON (RFC 8259), in place: the members
/// point into the buffer, and no content is copied elsewhere. Members with
/// other names, or of nested values, are passed over; one of these names twice
/// is an error.
/// @returns what is wrong, such as "broken JSON at byte 7", never with content;
///          empty if nothing.
std::string parse_json_members(wiped_buffer& text, std::size_t offset,
                               std::initializer_list<wanted_member> wanted);

} // namespace bearer::detail
