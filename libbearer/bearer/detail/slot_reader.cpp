#include <bearer/detail/slot_reader.hpp>

#include <utility>

namespace bearer::detail {

slot_reader::slot_reader(std::shared_ptr<local_slot> slot)
  : slot_(std::move(slot)) {
  // nop
}

slot_reader& slot_reader::operator=(slot_reader&& other) noexcept {
  tell_reads();
  slot_ = std::move(other.slot_);
  seen_ = std::move(other.seen_);
  given_ = other.given_;
  until_ = other.until_;
  reads_ = std::exchange(other.reads_, 0);
  return *this;
}

slot_reader::~slot_reader() {
  tell_reads();
}

const token* slot_reader::look_again() {
  if (slot_->version() != seen_.version) {
    tell_reads();
    seen_ = slot_->load();
  }
  until_ = std::numeric_limits<std::time_t>::min();
  if (seen_.current.access_token.empty())
    return nullptr;
  // Kept even so: a wall clock that ran ahead may be set back.
  if (!slot_->usable(seen_))
    return nullptr;
  until_ = seen_.surely_until;
  given_ = seen_.current.generation;
  ++reads_;
  return &seen_.current;
}

void slot_reader::tell_reads() noexcept {
  if (slot_ && reads_ > 0)
    slot_->add_fast_reads(std::exchange(reads_, 0));
}

} // namespace bearer::detail
