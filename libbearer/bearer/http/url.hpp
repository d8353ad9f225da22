#pragma once

#include <bearer/http/request.hpp>

#include <caf/error.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bearer::http {

/// Checks that secrets may be sent to a URL: absolute, `https:`, or `http:` to
/// this machine itself or if the options allow it, and without user, password
/// and fragment.
/// @returns nothing, or `errc::invalid_setting` that begins with the URL as
///          `shown` has it.
caf::error check_url(const std::string& url, const connection_options& how);

/// The values in a form, as they are written, that are long enough for a
/// secret: four characters.
std::vector<secret> form_values(std::string_view form);

/// The same for the query of a URL.
std::vector<secret> query_values(std::string_view url);

/// Scheme, host and port (RFC 6454, section 4), in lower case; empty if this is
/// no URL.
std::string origin(const std::string& url);

/// Whether scheme, host and port are the same (RFC 6454, section 4). False if
/// one of them is no URL.
bool same_origin(const std::string& lhs, const std::string& rhs);

/// Where a redirect leads (RFC 9110, section 10.2.2), without a fragment, which
/// no server is sent.
/// @returns the URL; nothing if there is none.
std::optional<std::string> resolve(const std::string& base,
                                   const std::string& location);

/// The URL as errors show it: without user, password, query and fragment.
std::string shown(const std::string& url);

} // namespace bearer::http
