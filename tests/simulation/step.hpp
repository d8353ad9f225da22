#pragma once

#include <caf/timespan.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>

/// What a scenario consists of: one thing that happens to a bearer from
/// outside. Every step makes sense in any state, so that steps can be left out
/// of a scenario. Numbers that choose among things are taken modulo their
/// count.
namespace bearer::sim {

/// What the source does with a call.
enum class deed : std::uint8_t {
  gives_token,
  gives_same_again,
  gives_rejected_again,
  gives_empty,
  gives_malformed,
  gives_expired,
  fails,
  fails_for_good,
  throws,
  dies,
  /// Has died already.
  is_dead,
  says_nothing,
  answers_nonsense,
};

/// How a fetch gets to the cache.
enum class route : std::uint8_t {
  direct,
  urgent,
  /// Not as a request.
  only_sent,
  new_receiver,
  standing_receiver,
};

/// How the options of a fetch are passed on before they are sent.
enum class wording : std::uint8_t {
  none,
  /// As text, with flags that say "true" and "false".
  words,
  /// As text, with flags that say "1" and "0".
  digits,
};

/// Which generation a caller means.
enum class which : std::uint8_t {
  none,
  any,
  older,
  current,
  future,
  foreign,
};

/// By what means a generation is rejected.
enum class means : std::uint8_t { handle, message, reader };

namespace steps {

/// Lets actors process so many messages; `choice` says who comes next.
struct deliver {
  std::size_t count;
  std::uint64_t choice;
};

/// Lets actors run until there is nothing left to do.
struct settle {
  std::uint64_t choice;
};

/// Time passes, from timer to timer, and everybody keeps up with it.
struct pass {
  caf::timespan by;
  std::uint64_t choice;
};

/// Time passes while messages lie about, as on an overloaded machine.
struct stall {
  caf::timespan by;
  std::uint64_t choice;
};

/// The wall clock alone is set: a step of NTP, or the end of a suspend.
struct jump {
  caf::timespan by;
};

/// From now on the wall clock runs this much faster.
struct drift {
  std::int32_t ppm;
};

/// From now on the source does this with each call.
struct source {
  deed what;
  caf::timespan latency;
  /// Of tokens; none: they do not expire.
  std::optional<caf::timespan> lifetime;
  std::optional<caf::timespan> refresh_after;
  /// Of failures.
  std::optional<caf::timespan> retry_after;
  /// Answers everything twice.
  bool twice;
};

/// The source is killed, whatever calls it has, and there is no other one.
struct kill_source {};

/// A new actor fetches once.
struct fetch {
  route via;
  bool renew_required;
  bool renew_synchronous;
  bool report_error;
  std::optional<caf::timespan> timeout;
  std::optional<caf::timespan> renew_request_timeout;
  which newer_than;
  std::size_t receiver;
  /// Is for the receiver alone, and makes no fetch fail.
  std::optional<std::uint32_t> max_retries;
  wording as_text;
};

/// An actor that may be waiting is killed.
struct kill_caller {
  std::size_t caller;
};

/// The standing receiver is asked whether to retry.
struct can_retry {
  std::size_t receiver;
  /// As if the server had refused the token, else as if it was down.
  bool refused;
  std::optional<std::uint32_t> max_retries;
};

struct reject {
  which what;
  means how;
};

/// One actor rejects the current generation and then fetches.
struct reject_and_fetch {};

struct request_renewal {};

struct prefetch {};

struct read {};

struct ask_status {};

struct subscribe {};

struct unsubscribe {
  std::size_t listener;
};

struct kill_listener {
  std::size_t listener;
};

struct stop {};

struct close {
  caf::timespan grace;
};

/// Nobody holds the bearer any more.
struct drop_handles {};

} // namespace steps

using step
  = std::variant<steps::deliver, steps::settle, steps::pass, steps::stall,
                 steps::jump, steps::drift, steps::source, steps::kill_source,
                 steps::fetch, steps::kill_caller, steps::can_retry,
                 steps::reject, steps::reject_and_fetch, steps::request_renewal,
                 steps::prefetch, steps::read, steps::ask_status,
                 steps::subscribe, steps::unsubscribe, steps::kill_listener,
                 steps::stop, steps::close, steps::drop_handles>;

/// One line.
std::string to_string(const step& what);

} // namespace bearer::sim
