#pragma once

#include <bearer/any_source.hpp>
#include <bearer/handle.hpp>
#include <bearer/remote/address.hpp>
#include <bearer/renewal_settings.hpp>
#include <bearer/retry.hpp>
#include <bearer/wall_clock.hpp>

#include <caf/expected.hpp>
#include <caf/fwd.hpp>

#include <string>
#include <vector>

namespace bearer::remote {

/// What a replica may be given besides its settings.
struct connect_options {
  /// For logs and people.
  std::string name = "replica";

  /// As `spawn_options::judge`.
  retry_predicate judge = {};

  /// Where tokens come from while no owner can be reached, if that is wanted.
  /// The replica asks it when no owner has answered within half of an attempt,
  /// and the owners again after `max_retry_timeout` at the latest. An owner
  /// that comes and goes can have it asked as often as `initial_retry_timeout`
  /// lets attempts follow each other.
  any_source fallback = {};

  /// Connects beyond this machine without TLS: everybody on the way gets the
  /// token, and can hand the replica another one.
  bool allow_unprotected = false;

  /// Tells when tokens expire. Others than the system's are for tests.
  wall_clock clock = system_wall_clock;
};

/// Makes a replica of the bearer that another node has published: the same kind
/// of handle as any bearer's, which answers fetches from its own copy of the
/// token and asks the owner only if that will not do. It connects with the
/// first fetch or prefetch, and again whenever the connection is lost.
///
/// * `owners`: where the bearer is published; the next one is tried when one
///   cannot be reached, has stopped, or says nothing to a question within its
///   part of the attempt, which is `refresh_request_timeout`, half of it if
///   there is a fallback, divided by the number of owners. They may be
///   different bearers, and owners that were started anew. A replica that is
///   published is an owner in turn, and cannot be reached either while it does
///   not reach its own. Nobody must be his own owner, be it by way of others:
///   he would have no token.
/// * In an attempt the replica asks the owner. `settings` says how long it may
///   take, of which the owner spends a minute at most, and how failures are
///   backed off; `refresh_request_timeout` should be above that of the owner.
///   The owner's `expiry_margin` holds, that of `settings` is not looked at,
///   and the end of what the owner vouches for is the `token::expires_at` here.
/// * Without an owner the replica serves its token as long as the owner has
///   vouched for it, by the wall clock and by the time that has passed since,
///   whichever is over first. So a replica whose wall clock is behind serves no
///   expired token; one whose clock is ahead by more than the token's lifetime
///   has none to serve. Fetches that need the owner wait, and fail with
///   `errc::timed_out` at their deadline, whose last error is
///   `errc::owner_unreachable` and says who does not answer, why, and since
///   when. Silence is noticed when a question gets no answer; an owner that has
///   confirmed one and falls silent then is believed to be at work until the
///   end of the attempt.
/// * `renew_synchronous` gets the outcome of an attempt of the replica, that is
///   of asking the owner. If that is in a backoff for longer, it is the owner's
///   last error: at a distance nobody starts ahead of a backoff.
/// * A rejection reaches other nodes as soon as the owner's word of it does. A
///   replica that is cut off may serve a rejected token until it is connected
///   again, or until the token ends. A network that drops everything in silence
///   is noticed after `caf.middleman.connection-timeout`, 30 seconds unless
///   configured, and up to one heartbeat more, 10 seconds.
/// * A replica remembers the secret that was rejected last, and takes it from
///   nobody: neither from an owner that was started anew, nor from a fallback.
///   An older one than that it takes for a new one, if somebody brings it back.
///   An owner that was started anew with the rejected secret is told by each
///   replica that gets it from there and knows better; the others hear of it
///   with that owner's next token.
/// * `wrapped()` is invalid; `stop` and `close` end the replica alone. `close`
///   closes the fallback as well.
///
/// What is said of TLS and of the network at `publish` holds here as well.
/// @returns the handle, or `errc::invalid_setting` naming what lacks.
caf::expected<handle>
connect(caf::actor_system& sys, std::vector<address> owners,
        const renewal_settings& settings = {}, connect_options options = {});

/// As above, with one owner.
caf::expected<handle> connect(caf::actor_system& sys, address owner,
                              const renewal_settings& settings = {},
                              connect_options options = {});

} // namespace bearer::remote
