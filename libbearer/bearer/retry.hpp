#pragma once

#include <caf/error.hpp>

#include <cstdint>
#include <functional>

namespace bearer {

/// What an error of a request means for trying it again.
enum class retry_verdict : std::uint8_t {
  /// Another try will not help.
  no,
  /// Try again; the token may be good.
  retry,
  /// The server refused the token: reject it and try again with a newer one.
  refused,
};

/// Judges the error that a request failed with, which is the part of
/// `can_retry` that applications know more about. Called inside receivers, from
/// several threads at once; must not block.
using retry_predicate = std::function<retry_verdict(const caf::error&)>;

/// The judgement for receivers that bring none: no to an empty error, to
/// `errc::stopped`, to CAF's `sec::request_receiver_down` (the bearer's actors
/// are gone), to permanent errors and to mistakes of the caller; no to
/// `errc::server_refused`, which is the server's last word, and to
/// `errc::unusable_response`, `errc::answer_lost`, CAF's `sec::request_timeout`
/// and `sec::broken_promise`, since nobody but the caller knows whether the
/// request may be sent twice; `errc::token_refused` says itself that the token
/// was refused; other errors of the library are worth a retry; everything else
/// came from the server, which is asked only with a token, hence refused it.
retry_verdict default_retry_verdict(const caf::error& err);

} // namespace bearer
