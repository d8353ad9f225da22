#pragma once

#include <bearer/error.hpp>
#include <bearer/internal/refresh_machine.hpp>
#include <bearer/internal/time_reading.hpp>
#include <bearer/status.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

namespace bearer::internal {

/// The fetches that wait for an attempt. Answers each exactly once, and counts
/// how.
/// @tparam Promise has `deliver(x)` for a token and for an error.
template <class Promise>
class waiting_fetches {
public:
  // -- observers --------------------------------------------------------------

  std::size_t size() const noexcept {
    return entries_.size();
  }

  /// The earliest deadline.
  std::optional<steady_time> next_deadline() const {
    if (entries_.empty())
      return std::nullopt;
    return entries_.front().deadline;
  }

  /// Counts the fetches answered here, and those that did not need to wait.
  const fetch_counters& counters() const noexcept {
    return counters_;
  }

  // -- answers at once --------------------------------------------------------

  /// Gives an answer that needs no waiting.
  void answer_at_once(Promise promise, caf::expected<token> with) {
    if (!with && with.error() == errc::stopped)
      ++counters_.stopped;
    else
      ++(with ? counters_.hits : counters_.failed);
    promise.deliver(std::move(with));
  }

  // -- waiting ----------------------------------------------------------------

  void add(steady_time deadline, const fetch_terms& terms, Promise promise) {
    entries_.push_back({deadline, terms, std::move(promise)});
    // Deadlines mostly come in order, which makes this constant time.
    std::push_heap(entries_.begin(), entries_.end(), ends_later{});
  }

  /// Answers those for whom `judge(terms)` has a verdict.
  template <class Judge>
  void settle(Judge judge) {
    auto stays = entries_.begin();
    for (auto& x : entries_) {
      if (verdict answer = judge(x.terms)) {
        ++(*answer ? counters_.renewed : counters_.failed);
        x.promise.deliver(std::move(*answer));
      } else {
        if (&*stays != &x)
          *stays = std::move(x);
        ++stays;
      }
    }
    entries_.erase(stays, entries_.end());
    std::make_heap(entries_.begin(), entries_.end(), ends_later{});
  }

  /// Answers those whose deadline has come.
  void time_out(steady_time now, const timeout_details& details) {
    while (!entries_.empty() && entries_.front().deadline <= now) {
      std::pop_heap(entries_.begin(), entries_.end(), ends_later{});
      ++counters_.timed_out;
      entries_.back().promise.deliver(
        caf::make_error(errc::timed_out, details));
      entries_.pop_back();
    }
  }

  /// Answers everybody that the bearer was stopped.
  void turn_away() {
    for (auto& x : std::exchange(entries_, {})) {
      ++counters_.stopped;
      x.promise.deliver(caf::make_error(errc::stopped));
    }
  }

private:
  struct entry {
    steady_time deadline;
    fetch_terms terms;
    Promise promise;
  };

  /// Puts the earliest deadline in front of the heap.
  struct ends_later {
    bool operator()(const entry& lhs, const entry& rhs) const noexcept {
      return lhs.deadline > rhs.deadline;
    }
  };

  /// A heap by deadline: a crowd of waiters is one block of memory.
  std::vector<entry> entries_;
  fetch_counters counters_;
};

} // namespace bearer::internal
