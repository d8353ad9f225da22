#pragma once

#include <bearer/detail/local_slot.hpp>
#include <bearer/token.hpp>

#include <cstdint>
#include <ctime>
#include <memory>

namespace bearer::detail {

/// Reads the token in a slot again and again at the least cost: as long as
/// nothing changes, it looks at one number that nobody writes and at a coarse
/// clock. For one thread at a time.
class slot_reader {
public:
  explicit slot_reader(std::shared_ptr<local_slot> slot);

  slot_reader(slot_reader&&) noexcept = default;

  slot_reader& operator=(slot_reader&&) noexcept;

  ~slot_reader();

  /// @returns the token to use now, which is valid until the next call, or null
  ///          if there is none.
  const token* read() {
    if (slot_->version() == seen_.version
        && std::time(nullptr) < seen_.surely_until) [[likely]] {
      ++reads_;
      return &seen_.current;
    }
    return look_again();
  }

  /// What the last read saw, even if it has ended since; empty without a token.
  const token& seen() const noexcept {
    return seen_.current;
  }

private:
  const token* look_again();

  /// Adds to the slot's count.
  void tell_reads() noexcept;

  std::shared_ptr<local_slot> slot_;
  local_slot::contents seen_;
  std::uint64_t reads_ = 0;
};

} // namespace bearer::detail
