#pragma once

#include <bearer/error.hpp>
#include <bearer/generation.hpp>
#include <bearer/token.hpp>

#include <caf/timespan.hpp>
#include <caf/timestamp.hpp>

#include <cstdint>
#include <optional>
#include <string>

/// What the nodes of a cluster say to each other. Applications have no use for
/// it; it is here because CAF must know all types of messages.
namespace bearer::remote {

/// A replica asks its owner for a token.
struct question {
  /// Comes back with the answer.
  std::uint64_t number = 0;

  /// Wants a token of the owner that is newer than this one; count 0 for any.
  generation newer_than = {};

  /// Servers refuse that one.
  bool rejected = false;

  /// How long the asker will wait, from the arrival.
  caf::timespan budget = caf::timespan::zero();
};

/// @relates question
template <class Inspector>
bool inspect(Inspector& f, question& x) {
  return f.object(x).fields(f.field("number", x.number),
                            f.field("newer_than", x.newer_than),
                            f.field("rejected", x.rejected),
                            f.field("budget", x.budget));
}

/// What the owner answers. An error is taken apart, because one that the other
/// node does not know could not be read there at all.
struct answer {
  /// Known to the asker and its owner alone.
  std::uint64_t key = 0;

  /// That of the question; 0 if the owner will answer none.
  std::uint64_t number = 0;

  /// The token, numbered by the owner; empty if there is none.
  token granted = {};

  /// How long the owner vouches for the token: by its wall clock, and from the
  /// moment it answered. None for a token without an end.
  std::optional<caf::timestamp> usable_until = {};
  std::optional<caf::timespan> usable_for = {};

  /// Why there is no token: the code if it is one of this library's, and what
  /// people should know.
  errc code = errc::none;
  std::string text = {};

  /// What sources say of their errors.
  bool permanent = false;
  std::optional<caf::timespan> retry_after = {};
};

/// @relates answer
template <class Inspector>
bool inspect(Inspector& f, answer& x) {
  return f.object(x).fields(f.field("key", x.key), f.field("number", x.number),
                            f.field("granted", x.granted),
                            f.field("usable_until", x.usable_until),
                            f.field("usable_for", x.usable_for),
                            f.field("code", x.code), f.field("text", x.text),
                            f.field("permanent", x.permanent),
                            f.field("retry_after", x.retry_after));
}

} // namespace bearer::remote
