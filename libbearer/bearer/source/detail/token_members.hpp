#pragma once

#include <bearer/source/detail/json_members.hpp>

#include <caf/timestamp.hpp>

#include <optional>
#include <string_view>

namespace bearer::detail {

/// Whether a token's type is "Bearer", in whatever case (RFC 6749, section
/// 5.1).
bool is_bearer(std::string_view type) noexcept;

/// When a token expires, as far as its members tell.
struct token_expiry {
  std::optional<caf::timestamp> when = {};

  /// What is wrong with the members; empty if nothing.
  std::string_view what = {};

  explicit operator bool() const noexcept {
    return what.empty();
  }
};

/// Reads both ways of telling an expiry, saturating; if both are there, then
/// the earlier time counts.
/// @param expires_at A time of RFC 3339, or seconds since 1970.
/// @param expires_in Seconds since `issued_at`.
token_expiry expiry_of(const json_member& expires_at,
                       const json_member& expires_in,
                       caf::timestamp issued_at) noexcept;

} // namespace bearer::detail
