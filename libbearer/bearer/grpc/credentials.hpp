#pragma once

#include <bearer/fetch_options.hpp>
#include <bearer/handle.hpp>
#include <bearer/token.hpp>

#include <caf/timespan.hpp>

#include <grpcpp/client_context.h>
#include <grpcpp/security/credentials.h>

#include <memory>

/// Calls over gRPC that are authenticated by a bearer's token: the component
/// `grpc`. All of it is thread-safe, and sends tokens over channels with
/// privacy and integrity alone; gRPC ends calls on others with UNAUTHENTICATED.
namespace bearer::grpc {

/// Credentials for a channel (`::grpc::CompositeChannelCredentials`) or for
/// single calls (`::grpc::ClientContext::set_credentials`), though not for both
/// at once: they add `authorization: Bearer <token>` (RFC 6750, section 2.1) to
/// each call.
///
/// While there is a fresh token, a call gets it on its own thread, without a
/// message. Otherwise it waits for a fetch with the options `waiting`, whose
/// `renew_required` and `newer_than` do not turn a hit into a miss. Waiting
/// takes no thread, of whomever. gRPC tells credentials neither the deadline
/// nor the end of a call: a call ends at its own deadline all the same, but its
/// fetch waits on until that of `waiting`, which is
/// `renewal_settings::fetch_timeout` by default.
///
/// A call that gets no token has sent nothing. It fails, whether it waits for
/// ready or not, with a message that names the bearer and its error. The code
/// is UNAVAILABLE, or UNAUTHENTICATED if another try will not help; gRPC 1.51
/// makes UNAVAILABLE of both.
///
/// The credentials, and the channels and calls that have them, keep the bearer
/// running as a handle does; so does each fetch of a call that has ended.
/// Before the actor system ends, stop the bearer, which lets go of it at once,
/// or let go of all those. After a stop calls fail without a look at the actor
/// system.
/// @param bearer Must be valid.
std::shared_ptr<::grpc::CallCredentials>
call_credentials(const handle& bearer, fetch_options waiting = {});

/// Credentials for one call with this very token, so that a refusal is known to
/// be that of its generation. Never a source of errors.
/// @param tok From a bearer, which gives none that cannot stand in a header.
std::shared_ptr<::grpc::CallCredentials> token_credentials(const token& tok);

/// Prepares a call that has not started: sets its credentials to the token, and
/// its deadline to `budget` from now unless it has an earlier one. Without
/// budget it ends with DEADLINE_EXCEEDED and is not sent.
void authorize(::grpc::ClientContext& call, const token& tok,
               caf::timespan budget);

} // namespace bearer::grpc
