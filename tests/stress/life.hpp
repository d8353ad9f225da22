#pragma once

#include <bearer/error.hpp>
#include <bearer/handle.hpp>

#include <caf/actor.hpp>
#include <caf/error.hpp>
#include <caf/timespan.hpp>

#include "tally.hpp"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

namespace stress {

/// Makes `value` at least `least`.
inline void raise(counter& value, std::uint64_t least) {
  auto seen = value.load();
  while (seen < least && !value.compare_exchange_weak(seen, least))
    continue;
}

/// What the users of a bearer counted, to be compared with what it says itself.
struct user_counts {
  counter sent = 0;

  // The answers that were heard.
  counter tokens = 0;
  counter failed = 0;
  counter timed_out = 0;
  counter stopped = 0;

  /// Fetches whose callers were killed before they heard of an answer.
  counter unheard = 0;

  /// Reads without a message that gave a token.
  counter fast_reads = 0;

  void count(const caf::error& err) {
    if (err == bearer::errc::timed_out)
      ++timed_out;
    else if (err == bearer::errc::stopped)
      ++stopped;
    else
      ++failed;
  }
};

/// One bearer from its spawn to its end.
struct life {
  explicit life(bearer::handle of) : bearer(std::move(of)) {
    // nop
  }

  const bearer::handle bearer;

  /// Of its station.
  std::shared_ptr<tally> counts;

  /// Counts there what the bearer does, for as long as this is here.
  caf::actor chronicler;

  /// How long tokens are good beyond their `expires_at`.
  caf::timespan grace = caf::timespan::zero();

  user_counts seen;

  /// The highest rejected count. Raised when the rejection has been
  /// acknowledged: whoever then looks here and fetches must get a higher one.
  counter floor = 0;

  /// Those who wait for an answer or are about to ask.
  std::atomic<std::int64_t> visitors = 0;

  /// Tells those who stay long that they should not.
  std::atomic<bool> over = false;
};

/// For as long as somebody uses a bearer.
class visit {
public:
  explicit visit(std::shared_ptr<life> to) : to_(std::move(to)) {
    ++to_->visitors;
  }

  visit(visit&&) noexcept = default;

  visit& operator=(visit&& other) noexcept {
    std::swap(to_, other.to_);
    return *this;
  }

  ~visit() {
    if (to_)
      --to_->visitors;
  }

  life* operator->() const noexcept {
    return to_.get();
  }

  const std::shared_ptr<life>& get() const noexcept {
    return to_;
  }

private:
  std::shared_ptr<life> to_;
};

} // namespace stress
