#pragma once

#include <bearer/any_source.hpp>
#include <bearer/oauth2/options.hpp>

#include <caf/actor_system.hpp>
#include <caf/expected.hpp>

namespace bearer {

/// Makes a source that obtains tokens from the token endpoint of an OAuth 2.0
/// server (RFC 6749), by one request an attempt.
///
/// If the options name an issuer and no endpoint, then the first attempt asks
/// for the server's metadata, which is kept; an attempt that finds no token
/// endpoint there makes the next one ask again.
///
/// With the grant `refresh_token`, a new refresh token replaces the old one at
/// once, for good, and is handed to the hook before the access token is
/// published. No failure discards it, nor does an answer that is of no use
/// otherwise; and none is used before it is stored. If the server refuses it
/// with `invalid_grant`, or with status 400 and no error code, after an attempt
/// whose answer was lost, the attempt fails with `errc::rotation_lost`. Several
/// bearers may share such a source: while an attempt of one has the refresh
/// token, those of others fail with `errc::busy` and are retried.
///
/// Where refresh tokens are replaced, end the bearer by `handle::close`, with
/// `refresh_request_timeout` as the grace: an answer that holds the next one
/// may be under way, and without it the application could not log in again.
///
/// All sources of an actor system share one thread for HTTP. An attempt that is
/// given up aborts its request; keys and hooks are no concern of CAF's threads.
///
/// Attempts fail with `errc::connection_failed`, `errc::answer_lost`,
/// `errc::unusable_response`, `errc::server_refused`, `errc::signing_failed`,
/// `errc::not_stored` or `errc::rotation_lost`, or like those of
/// `make_plain_token`; with `errc::busy` while the hook of an earlier attempt
/// hangs; and with `errc::attempt_timed_out` or
/// `errc::source_failed` if there is no time or no thread for them. Permanent
/// are those that the server refused with `invalid_client`, `invalid_grant`,
/// `unauthorized_client`, `unsupported_grant_type`, `invalid_scope` and the
/// like, or with a 4xx that says nothing of the protocol; but not 408, 425 and
/// 429.
/// @returns the source; or `errc::invalid_setting` naming the option.
caf::expected<any_source> oauth2_source(caf::actor_system& sys,
                                        oauth2::options options);

} // namespace bearer
