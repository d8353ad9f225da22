#pragma once

#include <caf/timespan.hpp>

#include <array>
#include <cmath>
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

  /// Any order of magnitude between the two is as likely as any other.
  caf::timespan between(caf::timespan low, caf::timespan high) noexcept {
    const auto unit = static_cast<double>(next() >> 11U) * 0x1.0p-53;
    const auto from = std::log(static_cast<double>(low.count()));
    const auto to = std::log(static_cast<double>(high.count()));
    const auto exact = std::exp(from + unit * (to - from));
    return caf::timespan{static_cast<caf::timespan::rep>(exact)};
  }

private:
  std::uint64_t state_;
};

} // namespace bearer::sim
