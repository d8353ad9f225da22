#pragma once

#include <bearer/http/request.hpp>

#include <caf/error.hpp>

#include <string>
#include <vector>

namespace bearer::http::detail {

/// What is wrong with header fields, without their values; empty if nothing is.
std::string fault_in(const std::vector<field>& fields);

/// Checks how a server is reached.
/// @returns nothing, or `errc::invalid_setting` that names the culprit.
caf::error check_connection(const connection_options& how);

/// Checks all that can be checked before anything is sent.
/// @returns nothing, or `errc::invalid_setting` that names the culprit.
caf::error check_request(const request& what);

} // namespace bearer::http::detail
