#pragma once

#include <caf/error_code.hpp>
#include <caf/fwd.hpp>
#include <caf/is_error_code_enum.hpp>
#include <caf/result.hpp>
#include <caf/type_id.hpp>
#include <caf/typed_actor.hpp>

#include <cstdint>
#include <optional>

#ifndef BEARER_FIRST_TYPE_ID
/// The first of the 64 CAF type IDs that the library reserves. Override it for
/// the whole build (CMake: `-DBEARER_FIRST_TYPE_ID=...`) if a block of the host
/// application collides; all nodes of a cluster must agree on it.
#  define BEARER_FIRST_TYPE_ID 2500
#endif

namespace bearer {

enum class attempt_reason : std::uint8_t;
enum class errc : std::uint8_t;

class handle;
class missed_fetches;
class receiver_link;
class secret;

struct attempt;
struct event;
struct failure;
struct family_status;
struct fetch_counters;
struct fetch_options;
struct generation;
struct refusal;
struct status;
struct timeout_details;
struct token;

namespace http {

struct request;
struct response;

} // namespace http

namespace remote {

struct answer;
struct question;

} // namespace remote

namespace events {

struct attempt_ended;
struct attempt_started;
struct published;
struct rejected;
struct stopped;
struct suppressed;
struct withdrawn;

} // namespace events

/// Receives the events of a bearer after subscribing. Any actor that handles
/// `event` is one: `caf::actor_cast<bearer::event_listener>(self)`.
using event_listener = caf::typed_actor<caf::result<void>(event)>;

/// Answer to "the latest token, if there was one".
using optional_token = std::optional<token>;

} // namespace bearer

// The order is part of the wire format: append only, before the last line.
CAF_BEGIN_TYPE_ID_BLOCK(bearer, BEARER_FIRST_TYPE_ID)

  // What each message means is said in actors.hpp, at the interfaces that are
  // named here.

  /// Asks for a token: `receiver_actor`, `cache_actor` and `token_source`.
  CAF_ADD_ATOM(bearer, bearer, fetch_atom)
  /// Asks whether to try a request again: `receiver_actor`.
  CAF_ADD_ATOM(bearer, bearer, can_retry_atom)
  /// Asks a `receiver_actor` for its latest token.
  CAF_ADD_ATOM(bearer, bearer, latest_atom)
  /// Tells that a server refused a token: `cache_actor`.
  CAF_ADD_ATOM(bearer, bearer, reject_atom)

  // Of `cache_actor`, which passes them on to `refresher_actor`.

  /// Asks for a renewal.
  CAF_ADD_ATOM(bearer, bearer, request_renewal_atom)
  /// Asks to start work.
  CAF_ADD_ATOM(bearer, bearer, prefetch_atom)
  /// Asks to be sent the events.
  CAF_ADD_ATOM(bearer, bearer, subscribe_atom)
  /// Asks to be sent no more events.
  CAF_ADD_ATOM(bearer, bearer, unsubscribe_atom)
  /// Asks for a snapshot.
  CAF_ADD_ATOM(bearer, bearer, status_atom)
  /// Ends the bearer at once.
  CAF_ADD_ATOM(bearer, bearer, stop_atom)
  /// Ends the bearer within a grace, and a `closable_token_source` too.
  CAF_ADD_ATOM(bearer, bearer, close_atom)

  // Of `cache_actor`, from its own refresher only.

  /// Hands over a token.
  CAF_ADD_ATOM(bearer, bearer, publish_atom)
  /// Takes a token back.
  CAF_ADD_ATOM(bearer, bearer, withdraw_atom)

  // Of `refresher_actor`, by way of its own cache.

  /// Fetches that wait until there is a fresh token.
  CAF_ADD_ATOM(bearer, bearer, renew_async_atom)
  /// Fetches that wait for the outcome of one attempt.
  CAF_ADD_ATOM(bearer, bearer, renew_sync_atom)
  /// The cache has processed a `reject_atom`.
  CAF_ADD_ATOM(bearer, bearer, rejected_atom)

  CAF_ADD_TYPE_ID(bearer, (bearer::attempt))
  CAF_ADD_TYPE_ID(bearer, (bearer::attempt_reason))
  CAF_ADD_TYPE_ID(bearer, (bearer::errc))
  CAF_ADD_TYPE_ID(bearer, (bearer::event))
  CAF_ADD_TYPE_ID(bearer, (bearer::event_listener))
  CAF_ADD_TYPE_ID(bearer, (bearer::events::attempt_ended))
  CAF_ADD_TYPE_ID(bearer, (bearer::events::attempt_started))
  CAF_ADD_TYPE_ID(bearer, (bearer::events::published))
  CAF_ADD_TYPE_ID(bearer, (bearer::events::rejected))
  CAF_ADD_TYPE_ID(bearer, (bearer::events::stopped))
  CAF_ADD_TYPE_ID(bearer, (bearer::events::suppressed))
  CAF_ADD_TYPE_ID(bearer, (bearer::events::withdrawn))
  CAF_ADD_TYPE_ID(bearer, (bearer::failure))
  CAF_ADD_TYPE_ID(bearer, (bearer::fetch_counters))
  CAF_ADD_TYPE_ID(bearer, (bearer::fetch_options))
  CAF_ADD_TYPE_ID(bearer, (bearer::generation))
  CAF_ADD_TYPE_ID(bearer, (bearer::handle))
  CAF_ADD_TYPE_ID(bearer, (bearer::optional_token))
  CAF_ADD_TYPE_ID(bearer, (bearer::secret))
  CAF_ADD_TYPE_ID(bearer, (bearer::status))
  CAF_ADD_TYPE_ID(bearer, (bearer::timeout_details))
  CAF_ADD_TYPE_ID(bearer, (bearer::token))
  CAF_ADD_TYPE_ID(bearer, (bearer::http::request))
  CAF_ADD_TYPE_ID(bearer, (bearer::http::response))
  CAF_ADD_TYPE_ID(bearer, (bearer::refusal))
  CAF_ADD_TYPE_ID(bearer, (bearer::family_status))

  // Of `refresher_actor`, from its own source only.

  /// A newer token is there.
  CAF_ADD_ATOM(bearer, bearer, news_atom)
  /// The way to the tokens is lost.
  CAF_ADD_ATOM(bearer, bearer, lost_atom)

  // Between nodes.

  CAF_ADD_TYPE_ID(bearer, (bearer::remote::answer))
  CAF_ADD_TYPE_ID(bearer, (bearer::remote::question))

  // Of `refresher_actor`, from its own source only.

  /// What keeps a token from coming.
  CAF_ADD_ATOM(bearer, bearer, obstacle_atom)

  CAF_ADD_TYPE_ID(bearer, (bearer::receiver_link))
  CAF_ADD_TYPE_ID(bearer, (bearer::missed_fetches))

CAF_END_TYPE_ID_BLOCK(bearer)

CAF_ERROR_CODE_ENUM(bearer::errc)

static_assert(caf::id_block::bearer::end - caf::id_block::bearer::begin <= 64,
              "libbearer reserves 64 type IDs and no more");
