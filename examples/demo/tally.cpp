#include "tally.hpp"

namespace demo {

tally& tally::operator+=(const tally& other) {
  sent += other.sent;
  tokens += other.tokens;
  timed_out += other.timed_out;
  failed += other.failed;
  expired += other.expired;
  refused += other.refused;
  if (unexpected.empty())
    unexpected = other.unexpected;
  latencies += other.latencies;
  return *this;
}

void collector::add(const tally& what) {
  auto guard = std::lock_guard{mutex_};
  total_ += what;
  ++count_;
  changed_.notify_all();
}

bool collector::wait_for(std::size_t count, std::chrono::seconds limit) {
  auto guard = std::unique_lock{mutex_};
  return changed_.wait_for(guard, limit, [&] { return count_ >= count; });
}

tally collector::total() const {
  auto guard = std::lock_guard{mutex_};
  return total_;
}

} // namespace demo
