#include "histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace example {

void histogram::add(duration what) noexcept {
  const auto ns
    = static_cast<std::uint64_t>(std::max(what.count(), duration::rep{0}));
  ++counts_[bucket_of(ns)];
  ++total_;
  max_ = std::max(max_, what);
}

histogram& histogram::operator+=(const histogram& other) noexcept {
  for (auto i = std::size_t{0}; i < counts_.size(); ++i)
    counts_[i] += other.counts_[i];
  total_ += other.total_;
  max_ = std::max(max_, other.max_);
  return *this;
}

histogram::duration histogram::quantile(double fraction) const noexcept {
  const auto wanted = static_cast<std::uint64_t>(
    std::ceil(fraction * static_cast<double>(total_)));
  auto seen = std::uint64_t{0};
  for (auto i = std::size_t{0}; i < counts_.size(); ++i) {
    seen += counts_[i];
    if (counts_[i] > 0 && seen >= wanted)
      return std::min(duration{end_of(i)}, max_);
  }
  return max_;
}

// The first buckets hold one value each. From there on the four bits behind the
// leading one tell the bucket within the octave.
std::size_t histogram::bucket_of(std::uint64_t ns) noexcept {
  if (ns < buckets_per_octave)
    return ns;
  const auto octave = static_cast<std::size_t>(std::bit_width(ns)) - 4;
  const auto within = (ns >> (octave - 1)) - buckets_per_octave;
  return std::min(octave * buckets_per_octave + within,
                  octaves * buckets_per_octave - 1);
}

std::uint64_t histogram::end_of(std::size_t bucket) noexcept {
  const auto octave = bucket / buckets_per_octave;
  if (octave == 0)
    return bucket;
  const auto within = bucket % buckets_per_octave;
  return ((buckets_per_octave + within + 1) << (octave - 1)) - 1;
}

} // namespace example
