#pragma once

#include <bearer/attempt.hpp>
#include <bearer/remote/detail/conversation.hpp>
#include <bearer/remote/protocol.hpp>
#include <bearer/token.hpp>

#include <caf/actor_clock.hpp>
#include <caf/expected.hpp>
#include <caf/timespan.hpp>
#include <caf/timestamp.hpp>
#include <caf/typed_response_promise.hpp>

#include <cstddef>
#include <cstdint>

namespace bearer::remote::detail {

/// One attempt of a replica, from the question to the outcome: who is being
/// asked, what was asked last, and how much time there is.
class inquiry {
public:
  using promise = caf::typed_response_promise<token>;
  using steady_time = caf::actor_clock::time_point;

  /// One look at both clocks.
  struct moment {
    steady_time steady = {};
    caf::timestamp wall = {};
  };

  /// @param has_standby Whether somebody is asked if no owner answers; owners
  ///                    have half of the time then, else all of it.
  inquiry(promise to, const attempt& what, bool has_standby, moment now);

  // -- time -------------------------------------------------------------------

  /// By when whoever is being asked must have answered.
  steady_time deadline() const noexcept {
    return fallen_back_ ? end_ : patience_;
  }

  bool overdue(moment now) const noexcept {
    return now.steady >= deadline();
  }

  // -- whom to ask ------------------------------------------------------------

  /// Another owner is about to be tried.
  /// @returns which one that is, counted from 1.
  std::size_t next_owner() noexcept {
    return ++tried_;
  }

  /// By when who is asked now has to have confirmed the question, if the others
  /// of so many owners are to have their part of the time, too.
  steady_time time_to_confirm(std::size_t owners, moment now) const noexcept;

  /// From now on the fallback is asked.
  void fall_back() noexcept {
    fallen_back_ = true;
  }

  bool fallen_back() const noexcept {
    return fallen_back_;
  }

  // -- the conversation -------------------------------------------------------

  /// What to ask first of whoever is asked next.
  /// @param number Unlike all others of this replica.
  question begin(std::uint64_t number, moment now);

  /// Whether this is the number of what was asked last.
  bool awaits(std::uint64_t number) const noexcept {
    return number == number_;
  }

  /// The outcome, or what to ask next under this number.
  conversation::step go_on(const answer& what, std::uint64_t number,
                           moment now);

  /// Ends the attempt.
  void finish(caf::expected<token> outcome);

private:
  question prepare(question what, std::uint64_t number, moment now);

  promise promise_;
  conversation talk_;
  steady_time end_;
  steady_time patience_;
  std::size_t tried_ = 0;
  bool fallen_back_ = false;

  /// Of the question that was asked last.
  std::uint64_t number_ = 0;
  moment asked_;
};

} // namespace bearer::remote::detail
