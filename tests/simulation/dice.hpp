#pragma once

#include <caf/timespan.hpp>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <initializer_list>

namespace bearer::sim {

/// Random decisions that follow from a number, the same ones on every machine,
/// which the distributions of the standard library do not promise. (The
/// generator is SplitMix64.)
class dice {
public:
  explicit dice(std::uint64_t seed) : state_(seed) {
    // nop
  }

  std::uint64_t next() noexcept {
    state_ += 0x9E3779B97F4A7C15U;
    auto z = state_;
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31U);
  }

  /// In [0, n), for n above 0.
  std::size_t below(std::size_t n) noexcept {
    return static_cast<std::size_t>(next() % n);
  }

  /// True so many times out of a hundred.
  bool percent(unsigned n) noexcept {
    return below(100) < n;
  }

  template <class T>
  T one_of(std::initializer_list<T> xs) noexcept {
    return xs.begin()[below(xs.size())];
  }

  /// Any order of magnitude between the two is as likely as any other. In
  /// integers, since logarithms are not the same on every machine.
  /// @param low above 0.
  caf::timespan between(caf::timespan low, caf::timespan high) noexcept {
    const auto least = static_cast<std::uint64_t>(low.count());
    const auto most = static_cast<std::uint64_t>(high.count());
    const auto few = static_cast<std::size_t>(std::bit_width(least));
    const auto many = static_cast<std::size_t>(std::bit_width(most));
    const auto magnitude = few + below(many - few + 1) - 1;
    const auto from = std::max(least, std::uint64_t{1} << magnitude);
    const auto to = std::min(most, (std::uint64_t{2} << magnitude) - 1);
    return caf::timespan{
      static_cast<caf::timespan::rep>(from + next() % (to - from + 1))};
  }

private:
  std::uint64_t state_;
};

} // namespace bearer::sim
