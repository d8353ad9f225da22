#pragma once

#include <bearer/detail/saturating.hpp>
#include <bearer/internal/time_reading.hpp>

#include <caf/timespan.hpp>
#include <caf/typed_response_promise.hpp>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

namespace bearer::internal {

/// The progress of a bearer's graceful end: first the attempt under way ends,
/// then the source is closed, both within one grace.
class graceful_end {
public:
  using done_promise = caf::typed_response_promise<void>;

  /// Whether nobody has asked for the end yet.
  bool not_begun() const noexcept {
    return phase_ == phase::open;
  }

  /// Whether the attempt under way is being waited for.
  bool draining() const noexcept {
    return phase_ == phase::draining;
  }

  /// Whether it was asked for and is not over.
  bool under_way() const noexcept {
    return draining() || phase_ == phase::closing_source;
  }

  bool done() const noexcept {
    return phase_ == phase::done;
  }

  /// When the grace is over; none unless under way.
  std::optional<steady_time> deadline() const noexcept {
    return deadline_;
  }

  bool overdue(time_reading now) const noexcept {
    return deadline_ && *deadline_ <= now.steady;
  }

  /// What is left of the grace, which has begun.
  caf::timespan left(time_reading now) const noexcept {
    return std::max<caf::timespan>(*deadline_ - now.steady, caf::timespan{0});
  }

  void begin(caf::timespan grace, time_reading now) {
    phase_ = phase::draining;
    deadline_ = detail::saturating_add(now.steady,
                                       std::max(grace, caf::timespan{0}));
  }

  /// Ends the grace early.
  void cut_short(time_reading now) noexcept {
    deadline_ = now.steady;
  }

  /// Will be told of the end.
  void join(done_promise promise) {
    waiting_.push_back(std::move(promise));
  }

  /// No attempt is under way any more.
  void drained() noexcept {
    phase_ = phase::closing_source;
  }

  /// It is over: answers everybody who has joined.
  void finish() {
    phase_ = phase::done;
    deadline_.reset();
    for (auto& promise : std::exchange(waiting_, {}))
      promise.deliver();
  }

private:
  enum class phase { open, draining, closing_source, done };

  phase phase_ = phase::open;
  std::optional<steady_time> deadline_;
  std::vector<done_promise> waiting_;
};

} // namespace bearer::internal
