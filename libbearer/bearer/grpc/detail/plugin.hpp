#pragma once

#include <bearer/fetch_options.hpp>
#include <bearer/handle.hpp>

#include <grpc/grpc_security.h>

namespace bearer::grpc::detail {

/// Credentials of gRPC's core that ask the bearer at each call.
grpc_call_credentials* make_plugin_credentials(const handle& bearer,
                                               fetch_options waiting);

} // namespace bearer::grpc::detail
