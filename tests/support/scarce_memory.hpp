#pragma once

/// The tests' program has a memory allocator of its own for C++, which can turn
/// away the threads of one name.
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

} // namespace bearer::test
