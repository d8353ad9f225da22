#pragma once

#include <bearer/attempt.hpp>
#include <bearer/event.hpp>
#include <bearer/family_status.hpp>
#include <bearer/fetch_options.hpp>
#include <bearer/generation.hpp>
#include <bearer/http/request.hpp>
#include <bearer/http/response.hpp>
#include <bearer/missed_fetches.hpp>
#include <bearer/receiver_link.hpp>
#include <bearer/remote/protocol.hpp>
#include <bearer/status.hpp>
#include <bearer/token.hpp>
#include <bearer/type_ids.hpp>

#include <caf/error.hpp>
#include <caf/result.hpp>
#include <caf/timespan.hpp>
#include <caf/timestamp.hpp>
#include <caf/typed_actor.hpp>

#include <cstdint>

/// The typed interfaces of all actors. `result<void>` answers say "done", or
/// what is wrong; send those messages without a request if that is of no
/// interest. Other messages are meant to be requests: if one is only sent, then
/// the answer comes as a message without a sender.
namespace bearer {

/// Serves one request of an application: fetches its token, and decides after
/// the server refused it whether to try again. Dropping the last handle ends
/// it. Applications may bring receivers of their own.
using receiver_actor = caf::typed_actor<
  // Fetches a token and remembers it as the latest. Counts as one trial.
  caf::result<token>(fetch_atom, fetch_options),
  // Whether another fetch is worth it after the request failed with this error.
  // If so because the server refused the token, then the latest token is
  // rejected, once, and the next fetch asks for a newer one.
  caf::result<bool>(can_retry_atom, caf::error, fetch_options),
  // The token fetched last, if there was one.
  caf::result<optional_token>(latest_atom)>;

/// Hands out what the refresher published last. Everything that its users may
/// ask of a bearer.
using cache_actor = caf::typed_actor<
  // Answers with a fresh token at once, else with the outcome of a renewal.
  // Exactly one answer, by the deadline.
  caf::result<token>(fetch_atom, fetch_options),
  // The same for the caller of a receiver, which passes the message on. The
  // token is left in the link before the caller is sent it.
  caf::result<token>(fetch_atom, fetch_options, receiver_link),
  // A server refused this generation: no later fetch gives it or an older one.
  // Idempotent; does nothing if it was replaced already.
  caf::result<void>(reject_atom, generation),
  // Asks for a renewal as soon as the rate limit allows; fetches wait for it.
  caf::result<void>(request_renewal_atom),
  // Starts work without waiting for it, if there is no fresh token.
  caf::result<void>(prefetch_atom),
  // Sends the listener the current state and then every event, until it ends.
  // The bearer does not keep the listener alive. Idempotent.
  caf::result<void>(subscribe_atom, event_listener),
  // Ends a subscription. Idempotent.
  caf::result<void>(unsubscribe_atom, event_listener),
  // A snapshot without the secret.
  caf::result<status>(status_atom),
  // Ends all work at once; waiting fetches get `errc::stopped`. Idempotent.
  caf::result<void>(stop_atom),
  // Like stop, but grants the attempt under way and the closing of the source
  // this much time together. Answers when done. Repeats join the first call.
  caf::result<void>(close_atom, caf::timespan),
  // From the bearer's own refresher only: hand out this token while the wall
  // clock is before the time point.
  caf::result<void>(publish_atom, token, caf::timestamp),
  // From the bearer's own refresher only: hand out this generation no more.
  caf::result<void>(withdraw_atom, generation)>;

/// Keeps the cache supplied. Only the cache holds a handle. It answers fetches,
/// and whatever else the cache passes on, to who has asked the cache.
using refresher_actor = caf::typed_actor<
  // From the cache: each of these fetches waits until there is a token that is
  // fresh for it, within its budget.
  caf::result<void>(renew_async_atom, missed_fetches),
  // The same, but they wait for the outcome of one attempt.
  caf::result<void>(renew_sync_atom, missed_fetches),
  // From the cache: it has processed a rejection, stale ones included; those
  // that say no more than one before may only be counted. From the source:
  // servers refuse this one of its tokens, numbered as it gave it.
  caf::result<void>(rejected_atom, generation),
  // From the source only, unasked, with the serial of the attempt that reached
  // it last: it has a newer token. Starts an attempt as soon as
  // `initial_retry_timeout` allows, unless one is on its way that it will
  // answer with that.
  caf::result<void>(news_atom, std::uint64_t),
  // The same: it cannot tell of newer tokens any more until it is asked again.
  // Starts an attempt unless a backoff is under way.
  caf::result<void>(lost_atom, std::uint64_t),
  // The same: what is in the way of that attempt, or has come in the way since
  // it ended, for fetches whose time is over; none if nothing is.
  caf::result<void>(obstacle_atom, std::uint64_t, caf::error),
  // As for the cache, from the cache only.
  caf::result<void>(request_renewal_atom), caf::result<void>(prefetch_atom),
  caf::result<void>(stop_atom),
  // As for the cache.
  caf::result<void>(unsubscribe_atom, event_listener),
  caf::result<void>(close_atom, caf::timespan),
  // As for the cache, whose own counters come along.
  caf::result<void>(subscribe_atom, event_listener, fetch_counters),
  caf::result<status>(status_atom, fetch_counters)>;

/// Obtains tokens from outside; one attempt per message. Any actor with this
/// interface is a source. It answers with a token or with any error, which
/// counts as transient unless `is_permanent` says otherwise. Who asks is an
/// actor of its own for each attempt, and ends when that is over or given up: a
/// source on the same node that monitors it meanwhile hears of that before it
/// hears of the next attempt. What is attached to that actor must not wait for
/// the bearer.
using token_source = caf::typed_actor<
  // Obtains a token. Answers after `attempt::budget` are of no use.
  caf::result<token>(fetch_atom, attempt)>;

/// A source that has something to clean up.
using closable_token_source
  = caf::typed_actor<caf::result<token>(fetch_atom, attempt),
                     // Ends the source, within this grace. Sent once, after the
                     // last fetch.
                     caf::result<void>(close_atom, caf::timespan)>;

} // namespace bearer
