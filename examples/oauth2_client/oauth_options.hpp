#pragma once

#include <bearer/oauth2/options.hpp>

namespace oauth2_client {

class config;

/// How servers are reached, the token endpoint and that of the URL alike.
bearer::http::connection_options connection_of(const config& from);

/// What the command line says about the client and its grant. Reads files and
/// the environment.
/// @throws std::runtime_error naming the option. What it does not see,
///         `bearer::oauth2_source` does.
bearer::oauth2::options oauth_options_of(const config& from);

} // namespace oauth2_client
