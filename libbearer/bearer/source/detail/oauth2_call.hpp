#pragma once

#include <bearer/actors.hpp>
#include <bearer/http/client.hpp>
#include <bearer/oauth2/options.hpp>
#include <bearer/source/detail/oauth2_session.hpp>

#include <caf/actor_system.hpp>

#include <memory>

namespace bearer::detail {

/// Spawns the actor for one attempt at an OAuth 2.0 server. It takes a single
/// fetch, and ends with its answer or with whom it owes it to.
token_source spawn_oauth2_call(caf::actor_system& sys,
                               http::client_actor client,
                               std::shared_ptr<const oauth2::options> options,
                               std::shared_ptr<oauth2_session> session);

} // namespace bearer::detail
