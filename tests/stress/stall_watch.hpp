#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <thread>

namespace stress {

/// Sleeps, and sees from that what the machine does to everybody: tokens that
/// are on their way while it stands still, or while its wall clock is set, may
/// expire on the way. For one thread.
class stall_watch {
public:
  void sleep(std::chrono::milliseconds how_long) {
    using wall = std::chrono::system_clock;
    using steady = std::chrono::steady_clock;
    const auto wall_start = wall::now();
    const auto start = steady::now();
    std::this_thread::sleep_for(how_long);
    const auto slept = milliseconds{steady::now() - start};
    const auto by_wall = milliseconds{wall::now() - wall_start};
    longest_stall_ = std::max(longest_stall_, (slept - how_long).count());
    largest_step_ = std::max(largest_step_,
                             std::abs((by_wall - slept).count()));
  }

  /// By how much a sleep was too long, at most, in milliseconds.
  double longest_stall() const noexcept {
    return longest_stall_;
  }

  /// By how much the wall clock left the steady one in a sleep, at most, in
  /// milliseconds.
  double largest_step() const noexcept {
    return largest_step_;
  }

private:
  using milliseconds = std::chrono::duration<double, std::milli>;

  double longest_stall_ = 0;
  double largest_step_ = 0;
};

} // namespace stress
