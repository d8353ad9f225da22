#include "tally.hpp"

namespace file_demo {

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

} // namespace file_demo
