#pragma once

#include <bearer/attempt.hpp>
#include <bearer/event.hpp>
#include <bearer/fetch_options.hpp>
#include <bearer/generation.hpp>
#include <bearer/status.hpp>
#include <bearer/token.hpp>

#include <caf/error.hpp>
#include <caf/expected.hpp>
#include <caf/timespan.hpp>
#include <caf/timestamp.hpp>

#include "simulation/step.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

/// What can be seen of a bearer from outside, in the order in which it was
/// seen. This is all that the specification judges by.
namespace bearer::sim {

/// What all secrets of a simulation begin with; appears nowhere else.
constexpr std::string_view secret_mark = "Zq7vK2mXw9";

/// Both clocks.
struct moment {
  /// Since the start.
  caf::timespan steady{0};
  caf::timestamp wall;
};

namespace seen {

/// Everything that was to be done has been done.
struct calm {};

/// The clocks were moved; the observation's moment is what they say now.
struct clocks_moved {
  /// While messages may have been on their way.
  bool stalled;
};

struct source_called {
  std::size_t call;
  attempt what;
};

struct source_answered {
  std::size_t call;
  /// None if the source failed in a way that is CAF's to name.
  std::optional<caf::expected<token>> what;
};

/// It is dead, or will be before it hears of anything else.
struct source_killed {};

struct fetch_sent {
  std::size_t caller;
  /// As its caller means it.
  fetch_options what;
  route via;
  /// The standing receiver that it goes through, if any.
  std::optional<std::size_t> receiver;
};

struct fetch_answered {
  std::size_t caller;
  caf::expected<token> what;
};

struct caller_killed {
  std::size_t caller;
};

/// A generation was rejected, effective for those who ask the same way.
struct rejected {
  generation what;
  /// Also for those who read without a message.
  bool at_once;
};

/// A receiver may be about to reject what it fetched last.
struct retry_asked {};

struct retry_answered {
  std::size_t receiver;
  /// As the options said.
  std::optional<std::uint32_t> max_retries;
  /// What the receiver said before that its latest token was; count 0 if none.
  generation latest;
  bool yes;
};

struct renewal_requested {};

struct prefetched {};

/// Whose reader it was: that of the steps, or of somebody who looks after every
/// message and every movement of the clocks.
enum class eyes : std::uint8_t { user, onlooker };

struct was_read {
  std::optional<token> what;
  /// What `is_renewal_required` said.
  bool renewal_required;
  eyes whose = eyes::user;
};

/// The answer to a rejection by message; no error if it was accepted.
struct reject_answered {
  generation what;
  caf::error error;
};

struct status_asked {};

struct status_answered {
  status what;
};

/// The listener gets events from here on.
struct subscribed {
  std::size_t listener;
};

/// The listener gets none any more, but those that are on their way.
struct unsubscribed {
  std::size_t listener;
};

struct told {
  std::size_t listener;
  event what;
};

struct stopped {};

struct closed {
  caf::timespan grace;
};

struct close_answered {};

struct source_closed {
  /// Of the grace, as the source is told.
  caf::timespan left;
};

/// Nobody holds the bearer any more.
struct abandoned {};

} // namespace seen

struct observation {
  moment at;
  std::variant<seen::calm, seen::clocks_moved, seen::source_called,
               seen::source_answered, seen::source_killed, seen::fetch_sent,
               seen::fetch_answered, seen::caller_killed, seen::rejected,
               seen::retry_asked, seen::retry_answered, seen::renewal_requested,
               seen::prefetched, seen::was_read, seen::reject_answered,
               seen::status_asked, seen::status_answered, seen::subscribed,
               seen::unsubscribed, seen::told, seen::stopped, seen::closed,
               seen::close_answered, seen::source_closed, seen::abandoned>
    what;
};

/// One line, without anything that differs between two runs.
std::string to_string(const observation& x);

} // namespace bearer::sim
