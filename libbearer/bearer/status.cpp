#include <bearer/status.hpp>

namespace bearer {

fetch_counters& fetch_counters::operator+=(const fetch_counters& x) noexcept {
  hits += x.hits;
  renewed += x.renewed;
  failed += x.failed;
  timed_out += x.timed_out;
  stopped += x.stopped;
  fast_reads += x.fast_reads;
  return *this;
}

std::string to_string(bearer_state state) {
  return detail::enum_to_string(state);
}

} // namespace bearer
