#pragma once

#include <bearer/any_source.hpp>
#include <bearer/http/request.hpp>
#include <bearer/wall_clock.hpp>

#include <caf/actor_system.hpp>
#include <caf/expected.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace bearer {

/// How the metadata server of a cloud's machine is asked.
struct metadata_source_options {
  /// What is got, the query included. Such servers are reached by `http:` on a
  /// link-local address, which `connection.allow_plain_http` has to allow.
  std::string url = {};

  /// Header fields that the server wants, such as `Metadata-Flavor`.
  std::vector<http::field> fields = {};

  /// How the server is reached: without any proxy but `connection.proxy`. Such
  /// a server knows who asks by the link, and a proxy is on another one.
  http::connection_options connection = {};

  /// The longest answer, in bytes.
  std::size_t max_response = std::size_t{256} * 1024;

  /// Tells the time from which on `expires_in` counts. Must be callable.
  wall_clock clock = system_wall_clock;
};

/// Makes a source that gets its tokens from a server which knows the machine
/// that asks: one GET an attempt, answered by JSON with `access_token` and
/// `expires_in` or `expires_at`. Attempts fail like those of `oauth2_source`.
/// @returns the source; or `errc::invalid_setting` naming the option.
caf::expected<any_source> metadata_source(caf::actor_system& sys,
                                          metadata_source_options options);

} // namespace bearer
