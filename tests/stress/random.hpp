#pragma once

#include <caf/timespan.hpp>

#include <cstdint>

namespace stress {

/// Chance for one of very many actors, hence small (SplitMix64).
class small_random {
public:
  using result_type = std::uint64_t;

  explicit small_random(std::uint64_t seed) noexcept : state_(seed) {
    // nop
  }

  static constexpr result_type min() noexcept {
    return 0;
  }

  static constexpr result_type max() noexcept {
    return ~result_type{0};
  }

  result_type operator()() noexcept {
    auto x = state_ += 0x9e3779b97f4a7c15U;
    x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9U;
    x = (x ^ (x >> 27U)) * 0x94d049bb133111ebU;
    return x ^ (x >> 31U);
  }

  /// Holds once in `n` times.
  bool one_in(std::uint64_t n) noexcept {
    return (*this)() % n == 0;
  }

  /// Any time up to `most`, which is above zero.
  caf::timespan up_to(caf::timespan most) noexcept {
    const auto n = static_cast<result_type>(most.count());
    return caf::timespan{static_cast<std::int64_t>((*this)() % n)};
  }

private:
  std::uint64_t state_;
};

} // namespace stress
