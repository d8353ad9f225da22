#pragma once

#include <caf/error.hpp>

#include <grpcpp/support/status.h>

#include <string_view>

namespace bearer::grpc::detail {

/// What a call fails with that got no token from the bearer of this name:
/// UNAVAILABLE, or UNAUTHENTICATED if another try will not help. Other codes
/// are the servers' own, and gRPC lets no plugin use most of them.
::grpc::Status status_of(std::string_view bearer, const caf::error& why);

} // namespace bearer::grpc::detail
