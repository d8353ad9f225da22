#pragma once

#include <grpc/grpc_security.h>
#include <grpcpp/security/credentials.h>

#include <memory>

namespace bearer::grpc::detail {

/// Makes credentials of gRPC's core usable in C++, and takes them over.
///
/// The plugins that gRPC has for C++ would not do: one that waits takes a
/// thread of the pool that the whole process shares for connecting and for
/// resolving names, which has as many as there are processors and grows by one
/// a second. The core lets plugins answer later.
std::shared_ptr<::grpc::CallCredentials> adopt(grpc_call_credentials* what);

} // namespace bearer::grpc::detail
