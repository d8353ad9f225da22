#pragma once

#include <bearer/secret.hpp>

#include <caf/error.hpp>

#include <grpcpp/support/status.h>

#include <string_view>

namespace bearer::grpc {

/// Makes an error of how a call has ended, for `retry_predicate` and whoever
/// else asks whether the token was refused.
///
/// * OK is the empty error.
/// * UNAUTHENTICATED (16) is `errc::token_refused` with `refusal`; from gRPC
///   itself, since the channel is not secure, it is `errc::invalid_setting`.
/// * CANCELLED, DEADLINE_EXCEEDED and UNAVAILABLE are `errc::answer_lost`.
/// * Any other is `errc::server_refused` with `refusal`.
///
/// The third group says nothing about whether the server has done what it was
/// asked: gRPC has UNAVAILABLE both for a connection that was never made and
/// for one that broke, and servers hand on what other servers said.
/// @param from How the call has ended.
/// @param what Names the call in the error, such as its method.
/// @param sent The secret of the call's token, should the server repeat it.
caf::error error_of(const ::grpc::Status& from, std::string_view what,
                    const secret& sent = {});

} // namespace bearer::grpc
