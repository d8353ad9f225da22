#include "findings.hpp"

#include <caf/timestamp.hpp>

namespace stress {

void findings::check(const bearer::token& what, std::uint64_t floor,
                     const life& of) {
  if (what.generation.count <= floor)
    ++rejected;
  if (!what.expires_at) {
    ++foreign;
    return;
  }
  // The margin is for the way from the bearer to here, and is the only excuse:
  // what has expired on arrival is a violation, however long it took.
  const auto left
    = (*what.expires_at + of.grace - caf::make_timestamp()).count();
  if (left <= 0) {
    ++expired;
    ++of.counts->expired;
  }
  auto seen = least_left.load();
  while (left < seen && !least_left.compare_exchange_weak(seen, left))
    continue;
}

void findings::note_unexpected(std::string_view where, const caf::error& what) {
  auto guard = std::lock_guard{mutex_};
  if (unexpected_.empty())
    unexpected_ = std::string{where} + ": " + to_string(what);
}

std::string findings::unexpected() const {
  auto guard = std::lock_guard{mutex_};
  return unexpected_;
}

bool is_explained(const caf::error& what) {
  using bearer::errc;
  if (!bearer::is_bearer_error(what))
    return false;
  for (auto mistake :
       {errc::invalid_option, errc::invalid_setting, errc::unknown_generation,
        errc::not_publisher, errc::not_serializable})
    if (what == mistake)
      return false;
  return true;
}

} // namespace stress
