#pragma once

#include <bearer/detail/enum_names.hpp>
#include <bearer/secret.hpp>
#include <bearer/token.hpp>

#include <caf/timespan.hpp>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace bearer {

/// Why the refresher asks its source. A retry keeps the reason of the attempt
/// that failed.
enum class attempt_reason : std::uint8_t {
  /// Nothing was published yet.
  first,
  /// The schedule says so: the safe fraction of the lifetime has passed, the
  /// token has expired, or `refresh_after` has come.
  scheduled,
  /// A caller wants a newer token than the current one.
  requested,
  /// A server refused the current token.
  rejected,
};

/// The name of the enumerator.
/// @relates attempt_reason
std::string to_string(attempt_reason reason);

/// @relates attempt_reason
template <class Inspector>
bool inspect(Inspector& f, attempt_reason& x) {
  return detail::inspect_enum(f, x);
}

/// One call of a token source.
struct attempt {
  /// Counts from 1 since the last success.
  std::uint64_t number = 1;

  /// The time, from the arrival of the message, after which the answer is of no
  /// use to anybody.
  caf::timespan budget = caf::timespan::zero();

  /// Why a token is wanted. Only `rejected` says anything against `previous`.
  attempt_reason reason = attempt_reason::first;

  /// The token to be replaced, exactly as this source gave it; empty if there
  /// is none.
  token previous = {};

  /// The secret that servers refused last, of `previous` or of an earlier
  /// token; empty if they have refused none. To bring it again is to fail.
  secret rejected = {};

  /// Which of all attempts of this bearer, from 1.
  std::uint64_t serial = 0;
};

/// @relates attempt
template <class Inspector>
bool inspect(Inspector& f, attempt& x) {
  return f.object(x).fields(
    f.field("number", x.number), f.field("budget", x.budget),
    f.field("reason", x.reason), f.field("previous", x.previous),
    f.field("rejected", x.rejected), f.field("serial", x.serial));
}

template <>
struct detail::enum_names<attempt_reason> {
  static constexpr auto values = std::to_array<std::string_view>(
    {"first", "scheduled", "requested", "rejected"});
};

} // namespace bearer
