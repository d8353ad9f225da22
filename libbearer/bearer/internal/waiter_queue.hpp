#pragma once

#include <bearer/internal/refresh_machine.hpp>

#include <cstddef>
#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace bearer::internal {

/// Fetches that wait for an attempt, in the order of their deadlines.
/// @tparam Reply what the answer is given to.
template <class Reply>
class waiter_queue {
public:
  /// A fetch that has left the queue together with its answer.
  struct answered {
    Reply reply;
    caf::expected<token> answer;
  };

  void add(steady_time deadline, const fetch_terms& terms, Reply reply) {
    // Deadlines mostly come in order, which makes this constant time.
    entries_.emplace_hint(entries_.end(), deadline,
                          entry{terms, std::move(reply)});
  }

  std::size_t size() const noexcept {
    return entries_.size();
  }

  /// The earliest deadline.
  std::optional<steady_time> next_deadline() const {
    if (entries_.empty())
      return std::nullopt;
    return entries_.begin()->first;
  }

  /// Takes out everybody whose deadline has come.
  std::vector<Reply> take_expired(steady_time now) {
    auto result = std::vector<Reply>{};
    auto end = entries_.upper_bound(now);
    for (auto i = entries_.begin(); i != end; ++i)
      result.emplace_back(std::move(i->second.reply));
    entries_.erase(entries_.begin(), end);
    return result;
  }

  /// Takes out everybody.
  std::vector<Reply> take_all() {
    return take_expired(steady_time::max());
  }

  /// Takes out those to whom `judge(terms)` gives an answer.
  template <class Judge>
  std::vector<answered> settle(Judge judge) {
    auto result = std::vector<answered>{};
    for (auto i = entries_.begin(); i != entries_.end();) {
      if (verdict answer = judge(i->second.terms)) {
        result.push_back({std::move(i->second.reply), std::move(*answer)});
        i = entries_.erase(i);
      } else {
        ++i;
      }
    }
    return result;
  }

private:
  struct entry {
    fetch_terms terms;
    Reply reply;
  };

  std::multimap<steady_time, entry> entries_;
};

} // namespace bearer::internal
