#pragma once

#include <bearer/grpc/credentials.hpp>

#include "support/real_sources.hpp"
#include "support/rpc_scene.hpp"
#include "support/rpc_server.hpp"

#include <list>
#include <memory>

namespace bearer::test {

/// Calls under way; they stay where they are.
using rpc_calls = std::list<rpc_call>;

/// A channel whose calls wait for a token that does not come.
struct waiting_scene {
  real_system real;
  rpc_server server;
  signal called;
  handle api = make_bearer(real.sys, silent_source(real.sys, called));
  std::shared_ptr<::grpc::Channel> channel
    = server.channel(bearer::grpc::call_credentials(api));
};

} // namespace bearer::test
