#pragma once

#include <bearer/http/request.hpp>
#include <bearer/secret.hpp>

#include <cstdint>
#include <string_view>
#include <vector>

namespace bearer::http {

/// A server's answer, with whatever status. Human-readable forms show neither
/// body nor values of header fields.
struct response {
  /// The status code (RFC 9110, section 15).
  std::uint16_t status = 0;

  /// In the order of arrival; those of redirects and of interim answers are not
  /// among them.
  std::vector<field> fields = {};

  /// Decompressed.
  secret body = {};

  /// The value of the first header field of this name, whatever its case; empty
  /// if there is none. Valid as long as this response is.
  std::string_view field_value(std::string_view name) const noexcept;

  /// The values of all header fields of this name, in order.
  std::vector<std::string_view> field_values(std::string_view name) const;
};

/// @relates response
template <class Inspector>
bool inspect(Inspector& f, response& x) {
  return f.object(x).fields(f.field("status", x.status),
                            f.field("fields", x.fields),
                            f.field("body", x.body));
}

} // namespace bearer::http
