#pragma once

#include <bearer/error.hpp>
#include <bearer/internal/refresh_machine.hpp>
#include <bearer/internal/time_reading.hpp>
#include <bearer/status.hpp>

#include <cstddef>
#include <map>
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
    return entries_.begin()->first;
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
    // Deadlines mostly come in order, which makes this constant time.
    entries_.emplace_hint(entries_.end(), deadline,
                          entry{terms, std::move(promise)});
  }

  /// Answers those for whom `judge(terms)` has a verdict.
  template <class Judge>
  void settle(Judge judge) {
    // Everybody leaves before the first answer goes out.
    auto leaving = std::vector<std::pair<Promise, caf::expected<token>>>{};
    for (auto i = entries_.begin(); i != entries_.end();) {
      if (verdict answer = judge(i->second.terms)) {
        leaving.emplace_back(std::move(i->second.promise), std::move(*answer));
        i = entries_.erase(i);
      } else {
        ++i;
      }
    }
    for (auto& [promise, answer] : leaving) {
      ++(answer ? counters_.renewed : counters_.failed);
      promise.deliver(std::move(answer));
    }
  }

  /// Answers those whose deadline has come.
  void time_out(steady_time now, const timeout_details& details) {
    for (auto& promise : take_until(now)) {
      ++counters_.timed_out;
      promise.deliver(caf::make_error(errc::timed_out, details));
    }
  }

  /// Answers everybody that the bearer was stopped.
  void turn_away() {
    for (auto& promise : take_until(steady_time::max())) {
      ++counters_.stopped;
      promise.deliver(caf::make_error(errc::stopped));
    }
  }

private:
  struct entry {
    fetch_terms terms;
    Promise promise;
  };

  std::vector<Promise> take_until(steady_time last) {
    auto result = std::vector<Promise>{};
    const auto end = entries_.upper_bound(last);
    for (auto i = entries_.begin(); i != end; ++i)
      result.emplace_back(std::move(i->second.promise));
    entries_.erase(entries_.begin(), end);
    return result;
  }

  std::multimap<steady_time, entry> entries_;
  fetch_counters counters_;
};

} // namespace bearer::internal
