#include "tally.hpp"

#include <bearer/error.hpp>

namespace stress {

void tally::count_failure(const caf::error& why) {
  auto name = std::string{"foreign"};
  if (bearer::is_bearer_error(why))
    name = to_string(static_cast<bearer::errc>(why.code()));
  ++failures;
  auto guard = std::lock_guard{mutex_};
  ++by_error_[name];
}

std::map<std::string, std::uint64_t> tally::failures_by_error() const {
  auto guard = std::lock_guard{mutex_};
  return by_error_;
}

} // namespace stress
