#pragma once

#include <bearer/detail/saturating.hpp>
#include <bearer/internal/time_reading.hpp>

#include <caf/timespan.hpp>
#include <caf/typed_response_promise.hpp>

#include <algorithm>
#include <memory>
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
    return !course_;
  }

  /// Whether the attempt under way is being waited for.
  bool draining() const noexcept {
    return course_ && course_->now == phase::draining;
  }

  /// Whether it was asked for and is not over.
  bool under_way() const noexcept {
    return course_ && course_->now != phase::done;
  }

  bool done() const noexcept {
    return course_ && course_->now == phase::done;
  }

  /// When the grace is over; none unless under way.
  std::optional<steady_time> deadline() const noexcept {
    return under_way() ? std::optional{course_->deadline} : std::nullopt;
  }

  bool overdue(time_reading now) const noexcept {
    return under_way() && course_->deadline <= now.steady;
  }

  /// What is left of the grace, which has begun.
  caf::timespan left(time_reading now) const noexcept {
    return std::max<caf::timespan>(course_->deadline - now.steady,
                                   caf::timespan{0});
  }

  void begin(caf::timespan grace, time_reading now) {
    course_ = std::make_unique<course>();
    course_->deadline
      = detail::saturating_add(now.steady, std::max(grace, caf::timespan{0}));
  }

  /// Ends the grace early.
  void cut_short(time_reading now) noexcept {
    course_->deadline = now.steady;
  }

  /// Will be told of the end, which has begun.
  void join(done_promise promise) {
    course_->waiting.push_back(std::move(promise));
  }

  /// No attempt is under way any more.
  void drained() noexcept {
    course_->now = phase::closing_source;
  }

  /// It is over: answers everybody who has joined.
  void finish() {
    course_->now = phase::done;
    for (auto& promise : std::exchange(course_->waiting, {}))
      promise.deliver();
  }

private:
  enum class phase { draining, closing_source, done };

  struct course {
    phase now = phase::draining;
    steady_time deadline;
    std::vector<done_promise> waiting;
  };

  /// Most bearers never come to this, hence none before.
  std::unique_ptr<course> course_;
};

} // namespace bearer::internal
