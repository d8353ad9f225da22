#pragma once

#include <string>
#include <string_view>

/// Syntax of HTTP and of URIs, as far as settings are checked against it.
namespace bearer::detail {

/// Whether a text is a token (RFC 9110, section 5.6.2), such as the name of a
/// header field.
bool is_token(std::string_view text) noexcept;

/// Whether a text may be the value of a header field: free of control
/// characters other than tabs (RFC 9110, section 5.5).
bool is_field_value(std::string_view text) noexcept;

/// Whether a text is an absolute URI (RFC 3986, section 4.3), as far as scheme
/// and characters tell.
bool is_absolute_uri(std::string_view text) noexcept;

/// With ASCII letters in lower case.
std::string lower(std::string_view text);

} // namespace bearer::detail
