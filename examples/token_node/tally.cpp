#include "tally.hpp"

#include <algorithm>

namespace token_node {

tally& tally::operator+=(const tally& other) {
  tokens += other.tokens;
  lost += other.lost;
  expired += other.expired;
  rejected += other.rejected;
  older += other.older;
  if (first_error.empty())
    first_error = other.first_error;
  for (const auto& [count, when] : other.last_given) {
    auto& latest = last_given[count];
    latest = std::max(latest, when);
  }
  return *this;
}

} // namespace token_node
