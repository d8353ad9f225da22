#pragma once

#include <bearer/detail/local_slot.hpp>
#include <bearer/error.hpp>
#include <bearer/internal/fetch_reply.hpp>
#include <bearer/internal/refresh_machine.hpp>
#include <bearer/internal/time_reading.hpp>
#include <bearer/status.hpp>

#include <caf/expected.hpp>

#include <algorithm>
#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <utility>

namespace bearer::internal {

/// The fetches that wait for an attempt. Answers each exactly once, and counts
/// how.
/// @tparam Self the type of the actor that answers.
template <class Self>
class waiting_fetches {
public:
  /// @param slot Counts the answers, and lives longer.
  waiting_fetches(Self* self, detail::local_slot& slot)
    : self_(self), slot_(slot) {
    // nop
  }

  // -- observers --------------------------------------------------------------

  std::size_t size() const noexcept {
    return crowd_ ? crowd_->size() : 0;
  }

  /// The earliest deadline.
  std::optional<steady_time> next_deadline() const {
    return crowd_ ? std::optional{crowd_->front().deadline} : std::nullopt;
  }

  /// Counts the fetches answered here, and those that did not need to wait.
  const fetch_counters& counters() const noexcept {
    return counters_;
  }

  // -- answers at once --------------------------------------------------------

  /// Gives an answer that needs no waiting.
  void answer_at_once(fetch_reply reply, const caf::expected<token>& with) {
    if (!with && with.error() == errc::stopped)
      ++counters_.stopped;
    else
      ++(with ? counters_.hits : counters_.failed);
    give(reply, fetch_answer{with});
  }

  // -- waiting ----------------------------------------------------------------

  void add(steady_time deadline, const fetch_terms& terms, fetch_reply reply) {
    if (!crowd_)
      crowd_ = std::make_unique<crowd>();
    crowd_->push_back({deadline, terms, std::move(reply)});
    // Deadlines mostly come in order, which makes this constant time.
    std::push_heap(crowd_->begin(), crowd_->end(), ends_later{});
  }

  /// Answers those for whom `judge(terms)` has a verdict, which depends on the
  /// terms alone.
  template <class Judge>
  void settle(Judge judge) {
    auto ruling = std::optional<precedent>{};
    for_each_leaving([&](entry& x) {
      // Most ask for the same.
      if (!ruling || ruling->terms != x.terms)
        ruling = rule(x.terms, judge);
      if (ruling->answer) {
        ++(*ruling->answer ? counters_.renewed : counters_.failed);
        give(x.reply, *ruling->answer);
      } else {
        add(x.deadline, x.terms, std::move(x.reply));
      }
    });
  }

  /// Whether the time of somebody is over.
  bool overdue(steady_time now) const noexcept {
    return crowd_ && crowd_->front().deadline <= now;
  }

  /// Answers those whose deadline has come.
  void time_out(steady_time now, const timeout_details& details) {
    const auto answer = refusal(caf::make_error(errc::timed_out, details));
    while (overdue(now)) {
      std::pop_heap(crowd_->begin(), crowd_->end(), ends_later{});
      ++counters_.timed_out;
      give(crowd_->back().reply, answer);
      crowd_->pop_back();
      if (crowd_->empty())
        crowd_.reset();
    }
  }

  /// Answers everybody that the bearer was stopped.
  void turn_away() {
    const auto answer = refusal(caf::make_error(errc::stopped));
    for_each_leaving([&](entry& x) {
      ++counters_.stopped;
      give(x.reply, answer);
    });
  }

private:
  struct entry {
    steady_time deadline;
    fetch_terms terms;
    fetch_reply reply;
  };

  /// What those get who ask for this.
  struct precedent {
    fetch_terms terms;
    std::optional<fetch_answer> answer;
  };

  /// Puts the earliest deadline in front of the heap.
  struct ends_later {
    bool operator()(const entry& lhs, const entry& rhs) const noexcept {
      return lhs.deadline > rhs.deadline;
    }
  };

  /// Calls `f` with each of them, who then are gone. Their memory goes as we go
  /// along, so that their answers take its place: to touch new memory is what a
  /// large crowd costs most.
  template <class F>
  void for_each_leaving(F f) {
    auto leaving = std::exchange(crowd_, nullptr);
    if (!leaving)
      return;
    for (; !leaving->empty(); leaving->pop_front())
      f(leaving->front());
  }

  template <class Judge>
  static precedent rule(const fetch_terms& terms, Judge& judge) {
    auto result = precedent{terms, std::nullopt};
    if (verdict answer = judge(terms))
      result.answer.emplace(*answer);
    return result;
  }

  static fetch_answer refusal(caf::error why) {
    return fetch_answer{caf::expected<token>{std::move(why)}};
  }

  void give(fetch_reply& reply, const fetch_answer& what) {
    // First: who gets the answer may want the bearer's place for another one.
    // The refresher does not end before it has answered.
    slot_.count_answer();
    reply.give(self_, what);
  }

  Self* self_;
  detail::local_slot& slot_;

  /// A heap by deadline that grows without being moved. None if nobody waits.
  using crowd = std::deque<entry>;

  std::unique_ptr<crowd> crowd_;
  fetch_counters counters_;
};

} // namespace bearer::internal
