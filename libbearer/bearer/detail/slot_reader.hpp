#pragma once

#include <bearer/detail/local_slot.hpp>
#include <bearer/generation.hpp>
#include <bearer/token.hpp>

#include <cstdint>
#include <ctime>
#include <limits>
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
    if (slot_->version() == seen_.version && std::time(nullptr) < until_)
      [[likely]] {
      ++reads_;
      return &seen_.current;
    }
    return look_again();
  }

  /// The generation that was read last, even if it has ended since; its count
  /// is 0 if none was.
  const generation& given() const noexcept {
    return given_;
  }

private:
  const token* look_again();

  /// Adds to the slot's count.
  void tell_reads() noexcept;

  std::shared_ptr<local_slot> slot_;
  local_slot::contents seen_;
  generation given_;

  // By when to look closer: at once if what was seen could not be used.
  std::time_t until_ = std::numeric_limits<std::time_t>::min();
  std::uint64_t reads_ = 0;
};

} // namespace bearer::detail
