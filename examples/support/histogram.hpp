#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace example {

/// Counts durations in buckets that are at most 1/16 wider than their start, so
/// that millions of them need a few kilobytes.
class histogram {
public:
  using duration = std::chrono::nanoseconds;

  void add(duration what) noexcept;

  histogram& operator+=(const histogram& other) noexcept;

  /// The duration that this fraction of all durations does not exceed, up to
  /// the width of a bucket; zero without any.
  duration quantile(double fraction) const noexcept;

  /// The longest duration, exactly.
  duration max() const noexcept {
    return max_;
  }

private:
  static constexpr auto buckets_per_octave = std::size_t{16};

  /// From a nanosecond to nine minutes.
  static constexpr auto octaves = std::size_t{36};

  static std::size_t bucket_of(std::uint64_t ns) noexcept;

  static std::uint64_t end_of(std::size_t bucket) noexcept;

  std::array<std::uint64_t, buckets_per_octave * octaves> counts_{};
  std::uint64_t total_ = 0;
  duration max_ = duration::zero();
};

} // namespace example
