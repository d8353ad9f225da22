#pragma once

#include <catch2/catch_test_macros.hpp>

/// The tests' program has a memory allocator of its own for C++, which can turn
/// away the threads of one name, or one allocation of the calling thread. What
/// asks `malloc` itself, as CAF's messages do for their content, gets its
/// memory.
namespace bearer::test {

/// While it lives, threads of this name get no memory.
class scarce_memory {
public:
  /// @param thread_name Lives as long.
  explicit scarce_memory(const char* thread_name);

  scarce_memory(const scarce_memory&) = delete;

  scarce_memory& operator=(const scarce_memory&) = delete;

  ~scarce_memory();

  /// Waits until somebody has been turned away so often; false if nobody was in
  /// good time.
  static bool wait_for(int count);
};

/// While it lives, one of this thread's allocations is turned away.
class refused_allocation {
public:
  /// @param which The first one from now on is 1.
  explicit refused_allocation(int which);

  refused_allocation(const refused_allocation&) = delete;

  refused_allocation& operator=(const refused_allocation&) = delete;

  ~refused_allocation();

  /// Whether there have been as many.
  bool happened() const;
};

/// Does something over and over, with another allocation turned away each time,
/// until there are no more of them.
/// @param play Calls what it is given with the part in which one is turned
///             away, which returns whether it was.
template <class Play>
void refuse_each_allocation(Play play) {
  auto refused = 0;
  for (auto more = true; more;) {
    CAPTURE(refused);
    play([&](auto part) {
      const refused_allocation refusal{refused + 1};
      part();
      more = refusal.happened();
      return more;
    });
    if (more)
      ++refused;
  }
  REQUIRE(refused > 0);
}

} // namespace bearer::test
