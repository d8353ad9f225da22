#include "witness.hpp"

#include <algorithm>

namespace token_node {

void witness::gets(const bearer::token& what, caf::timestamp begun,
                   caf::timestamp now) {
  const auto count = what.generation.count;
  ++tally_.tokens;
  tally_.last_given[count] = now;
  // How long it was under way after it was handed out nobody knows.
  if (what.expires_at && begun >= *what.expires_at)
    ++tally_.expired;
  if (count <= rejected_)
    ++tally_.rejected;
  if (count < newest_)
    ++tally_.older;
  newest_ = std::max(newest_, count);
}

void witness::misses(const caf::error& why) {
  ++tally_.lost;
  if (tally_.first_error.empty())
    tally_.first_error = to_string(why);
}

void witness::rejects(const bearer::generation& what) {
  rejected_ = std::max(rejected_, what.count);
}

} // namespace token_node
