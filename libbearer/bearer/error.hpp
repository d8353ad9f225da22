#pragma once

#include <bearer/detail/enum_names.hpp>
#include <bearer/type_ids.hpp>

#include <caf/error.hpp>
#include <caf/timespan.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace bearer {

/// The library's error codes. Their numbers travel between nodes: append only.
enum class errc : std::uint8_t {
  /// No error. CAF wants a code for that; an error made of it is empty.
  none = 0,

  // What a fetch may end with.

  /// The deadline passed first. Carries `timeout_details`.
  timed_out,
  /// The bearer was stopped or closed, or its actors have ended.
  stopped,
  /// The source brought the same token again although a newer one was wanted.
  unchanged,

  // What a caller did wrong; the message names the culprit.

  /// A fetch option has an invalid value.
  invalid_option,
  /// A setting has an invalid value.
  invalid_setting,
  /// A generation that this bearer has never published, or of another bearer.
  unknown_generation,
  /// A message that only the bearer's own refresher may send.
  not_publisher,
  /// A handle cannot leave its actor system by serialisation.
  not_serializable,

  // Why an attempt failed; all of these are transient.

  /// The source did not answer within `refresh_request_timeout`.
  attempt_timed_out,
  /// The source's actor has terminated.
  source_down,
  /// The source threw an exception or answered with something unknown.
  source_failed,
  /// Another call of the source is under way, and it takes one at a time; or an
  /// owner has as many questions of a node as it allows.
  busy,
  /// The source's token has no secret.
  empty_token,
  /// The token has characters that cannot stand in a header (RFC 6750, section
  /// 2.1), or is over-long.
  malformed_token,
  /// The token had expired when it arrived, or is no longer usable.
  expired_token,
  /// The source brought the secret that was rejected before.
  rejected_token,
  /// A file or a program's output that cannot be read as a token.
  unreadable_token,
  /// A credential process could not be run or reported a failure.
  command_failed,
  /// Wraps an error of a source together with its `retry_after`.
  transient_failure,

  // Permanent failures: retried at `max_retry_timeout` only.

  /// Wraps an error that its source calls permanent.
  permanent_failure,
  /// The bearer that serves as the source was stopped.
  source_stopped,
  /// The source's only token was rejected, and it has no other.
  static_token_rejected,

  // What sources meet that ask a server, by HTTP. Transient, unless said
  // otherwise here or by the source that wraps them.

  /// Nothing was asked: the name was not resolved, the connection refused, the
  /// server's certificate not trusted, or the time was over before.
  connection_failed,
  /// An answer that cannot be used: over-long, of the wrong type, broken, or a
  /// redirect that is not followed.
  unusable_response,
  /// The server answered that it will not. Carries `refusal`.
  server_refused,
  /// An assertion could not be signed, most often for want of a readable key.
  signing_failed,
  /// The application's hook did not store the new refresh token.
  not_stored,
  /// Permanent: the server takes the refresh token no more, after an attempt
  /// whose answer was lost and may have held its successor (RFC 6749, section
  /// 6). Somebody has to log in anew.
  rotation_lost,
  /// The connection broke or the time was over when the server may have heard
  /// the request already: whether it did what it was asked is not known.
  answer_lost,

  // What a family of bearers ends a fetch with, besides the above.

  /// There is no room for another key: all bearers of the family are in use.
  family_full,

  // What a request fails with that is authenticated by a token.

  /// The server that was asked, not the one that issues tokens, refused the
  /// token. Carries `refusal`.
  token_refused,

  // What a replica's attempts fail with, besides what its owner reports.

  /// None of the owner's addresses could be reached, or the owner did not
  /// answer
  /// in time, or, to a fetch that cannot wait for that, has not answered yet.
  /// The message names them, and since when that is so.
  owner_unreachable,
};

/// The name of the enumerator, or `invalid(n)` for a number that names no code.
/// @relates errc
std::string to_string(errc code);

/// Parses the name of an enumerator; returns false, leaving `out`, for unknown
/// names.
/// @relates errc
bool from_string(std::string_view name, errc& out);

/// Converts a number; returns false, leaving `out`, if it names no code.
/// @relates errc
bool from_integer(std::uint8_t value, errc& out);

/// @relates errc
template <class Inspector>
bool inspect(Inspector& f, errc& x) {
  return detail::inspect_enum(f, x);
}

/// An error of a source together with what the source says about retrying.
/// Travels inside `errc::transient_failure` and `errc::permanent_failure`.
struct failure {
  /// What went wrong.
  caf::error cause = {};

  /// The source's own wish, such as HTTP's `Retry-After` (RFC 9110, section
  /// 10.2.3), counted from the end of the attempt.
  std::optional<caf::timespan> retry_after = {};
};

/// @relates failure
template <class Inspector>
bool inspect(Inspector& f, failure& x) {
  return f.object(x).fields(f.field("cause", x.cause),
                            f.field("retry_after", x.retry_after));
}

/// What a fetch that timed out was waiting for. Travels inside
/// `errc::timed_out`.
struct timeout_details {
  /// How the last attempt failed. If none has failed since the last success,
  /// then why the one under way has no token yet, which a replica knows of its
  /// owner; else default-constructed.
  caf::error last_error = {};

  /// Time until the next attempt starts; none while one is under way.
  std::optional<caf::timespan> next_attempt_in = {};
};

/// @relates timeout_details
template <class Inspector>
bool inspect(Inspector& f, timeout_details& x) {
  return f.object(x).fields(f.field("last_error", x.last_error),
                            f.field("next_attempt_in", x.next_attempt_in));
}

/// What a server said when it refused. Travels inside `errc::server_refused`
/// and `errc::token_refused`. Never holds what was sent to the server.
struct refusal {
  /// Who refused, as errors name it, with its URL.
  std::string server = {};

  /// The status code, of HTTP or of gRPC.
  std::uint16_t status = 0;

  /// The error code of the protocol, such as `invalid_client` (RFC 6749,
  /// section 5.2) or `invalid_token` (RFC 6750, section 3.1); empty if the
  /// server gave none.
  std::string error = {};

  /// The server's explanation for humans, cut to a readable length; empty if it
  /// gave none.
  std::string description = {};

  friend bool operator==(const refusal&, const refusal&) = default;
};

/// @relates refusal
template <class Inspector>
bool inspect(Inspector& f, refusal& x) {
  return f.object(x).fields(f.field("server", x.server),
                            f.field("status", x.status),
                            f.field("error", x.error),
                            f.field("description", x.description));
}

/// Wraps `cause` as transient, with the time the source asks to be left alone.
caf::error
make_transient(caf::error cause,
               std::optional<caf::timespan> retry_after = std::nullopt);

/// Wraps `cause` as permanent: trying again will not help until somebody
/// changes something, so the bearer retries at `max_retry_timeout` only.
caf::error make_permanent(caf::error cause);

/// Whether `err` is permanent: a permanent `errc`, or wrapped as permanent.
/// Everything else is transient.
bool is_permanent(const caf::error& err) noexcept;

/// Whether `err` carries a code of this library.
bool is_bearer_error(const caf::error& err) noexcept;

/// The time until the next attempt that a source asked for, if it did.
std::optional<caf::timespan> retry_after_of(const caf::error& err);

/// What a timed-out fetch was waiting for, if `err` is `errc::timed_out`.
std::optional<timeout_details> timeout_details_of(const caf::error& err);

/// What the server said, if `err` is `errc::server_refused` or
/// `errc::token_refused`, wrapped as transient or permanent or not.
std::optional<refusal> refusal_of(const caf::error& err);

template <>
struct detail::enum_names<errc> {
  static constexpr auto values = std::to_array<std::string_view>({
    "none",
    "timed_out",
    "stopped",
    "unchanged",
    "invalid_option",
    "invalid_setting",
    "unknown_generation",
    "not_publisher",
    "not_serializable",
    "attempt_timed_out",
    "source_down",
    "source_failed",
    "busy",
    "empty_token",
    "malformed_token",
    "expired_token",
    "rejected_token",
    "unreadable_token",
    "command_failed",
    "transient_failure",
    "permanent_failure",
    "source_stopped",
    "static_token_rejected",
    "connection_failed",
    "unusable_response",
    "server_refused",
    "signing_failed",
    "not_stored",
    "rotation_lost",
    "answer_lost",
    "family_full",
    "token_refused",
    "owner_unreachable",
  });
};

} // namespace bearer
