#include "sources.hpp"

#include <bearer/source/command_source.hpp>
#include <bearer/source/file_source.hpp>
#include <bearer/source/static_source.hpp>

#ifdef TOKEN_NODE_HAS_OAUTH2
#  include <bearer/source/oauth2_source.hpp>

#  include "support/secret_input.hpp"
#endif

#include "config.hpp"
#include "usage_error.hpp"

#include <sstream>
#include <string>
#include <utility>

namespace token_node {

namespace {

bearer::any_source must(caf::expected<bearer::any_source> what) {
  if (!what)
    throw usage_error(to_string(what.error()));
  return std::move(*what);
}

bearer::any_source file(caf::actor_system& sys, const config& from,
                        const std::string& path) {
  auto options = bearer::file_source_options{};
  options.refresh_period = from.refresh_period;
  return must(bearer::file_source(sys, path, options));
}

#ifdef TOKEN_NODE_HAS_OAUTH2

bearer::any_source oauth2(caf::actor_system& sys, const config& from) {
  auto what = bearer::oauth2::options{};
  what.token_endpoint = from.token_endpoint;
  what.client_id = from.client_id;
  try {
    what.authentication = bearer::oauth2::client_secret_basic{
      example::secret_in("client-secret-file", from.client_secret_file)};
  } catch (const std::exception& ex) {
    throw usage_error(ex.what());
  }
  what.grant = bearer::oauth2::client_credentials{};
  auto words = std::istringstream{from.scope};
  for (auto word = std::string{}; words >> word;)
    what.scopes.push_back(std::move(word));
  return must(bearer::oauth2_source(sys, std::move(what)));
}

#else

bearer::any_source oauth2(caf::actor_system&, const config&) {
  throw usage_error("--token-endpoint: this program was built without the "
                    "component oauth2");
}

#endif

} // namespace

bearer::any_source owners_source(caf::actor_system& sys, const config& from) {
  if (!from.token.empty())
    return must(bearer::static_source(sys, from.token));
  if (!from.token_file.empty())
    return file(sys, from, from.token_file);
  if (!from.token_command.empty())
    return must(
      bearer::command_source(sys, {"/bin/sh", "-c", from.token_command}));
  return oauth2(sys, from);
}

bearer::any_source fallback_source(caf::actor_system& sys, const config& from) {
  if (from.fallback_token_file.empty())
    return {};
  return file(sys, from, from.fallback_token_file);
}

} // namespace token_node
