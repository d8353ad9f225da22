#pragma once

#include <caf/mailbox_element.hpp>

#include <atomic>

namespace bearer::internal {

/// Letters to somebody who has no thread: whoever brings one while nobody reads
/// reads it, and goes on until there are no more. So they are read one at a
/// time, those of each bringer in their order, and nobody waits for anybody.
/// `put` may be called from any thread.
class letter_line {
public:
  letter_line() = default;

  letter_line(const letter_line&) = delete;

  letter_line& operator=(const letter_line&) = delete;

  ~letter_line() {
    // Nobody has come to read them any more.
    if (last_ != &nobody_reads)
      while (next())
        ;
  }

  /// Brings a letter.
  /// @returns the letter, if the caller has to read it and what `next` gives
  ///          after it; null if somebody else does.
  caf::mailbox_element_ptr put(caf::mailbox_element_ptr what) noexcept {
    auto* last = last_.load(std::memory_order_relaxed);
    for (;;) {
      const auto idle = last == &nobody_reads;
      what->next = idle ? nullptr : last;
      if (last_.compare_exchange_weak(last, idle ? nullptr : what.get(),
                                      std::memory_order_acq_rel,
                                      std::memory_order_relaxed)) {
        if (!idle)
          static_cast<void>(what.release());
        return what;
      }
    }
  }

  /// For who reads: the next letter; null if there is none, and from then on
  /// the caller does not read any more.
  caf::mailbox_element_ptr next() noexcept {
    if (!first_) {
      node* none = nullptr;
      if (last_.compare_exchange_strong(none, &nobody_reads,
                                        std::memory_order_acq_rel,
                                        std::memory_order_relaxed))
        return nullptr;
      take_over();
    }
    auto* result = first_;
    first_ = result->next;
    return caf::mailbox_element_ptr{static_cast<caf::mailbox_element*>(result)};
  }

  /// For who reads: leaves a letter to who reads next, before all others.
  void put_back(caf::mailbox_element_ptr what) noexcept {
    what->next = first_;
    first_ = what.release();
  }

private:
  using node = caf::mailbox_element::node_type;

  /// Stands in place of the last letter; its address is all that counts.
  static inline node nobody_reads;

  /// Puts in order what was brought while others were read.
  void take_over() noexcept {
    auto* last = last_.exchange(nullptr, std::memory_order_acquire);
    while (last) {
      auto* before = last->next;
      last->next = first_;
      first_ = last;
      last = before;
    }
  }

  /// The one that was brought last, which leads to those before it; null while
  /// others are read.
  std::atomic<node*> last_ = &nobody_reads;

  /// Those that are read next, for who reads alone.
  node* first_ = nullptr;
};

} // namespace bearer::internal
