#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bearer::http {

/// How a server wants to be authenticated to (RFC 9110, section 11.6.1).
struct challenge {
  /// In lower case.
  std::string scheme = {};

  /// Names in lower case.
  std::vector<std::pair<std::string, std::string>> parameters = {};

  /// The first parameter of that name; empty if there is none.
  std::string_view parameter(std::string_view name) const noexcept;
};

/// Reads the value of one `WWW-Authenticate`, which may hold several
/// challenges. What cannot be read is left out.
std::vector<challenge> parse_www_authenticate(std::string_view value);

} // namespace bearer::http
