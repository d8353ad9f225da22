#pragma once

#include <cstddef>
#include <vector>

namespace stress {

/// What this process has of the operating system's goods.
struct resources {
  double seconds = 0;

  /// What is resident. With a sanitizer that would tell more of its allocator,
  /// which keeps back what is freed and has notes about every byte: there it is
  /// what is allocated.
  double memory_kib = 0;

  double threads = 0;
  double descriptors = 0;
};

/// Looks into /proc/self.
/// @param seconds Time since the start, to be noted.
/// @throws std::runtime_error
resources resources_now(double seconds);

/// How resources came and went.
class resource_history {
public:
  /// @param in_full_swing Whether growth would be suspicious from now on.
  void add(const resources& what, bool in_full_swing);

  /// The slope of the straight line that fits best (least squares), in KiB per
  /// second.
  double memory_slope() const;

  /// From the first sample to the last, in seconds.
  double length() const;

  /// The average.
  double memory_kib() const;

  /// What the last third of the samples has more than the first third, on
  /// average.
  double growth_of_threads() const;
  double growth_of_descriptors() const;

  /// The most ever of each.
  const resources& peak() const noexcept {
    return peak_;
  }

private:
  double growth(double resources::*what) const;

  double average(double resources::*what, std::size_t from,
                 std::size_t to) const;

  std::vector<resources> samples_;
  resources peak_;
};

} // namespace stress
