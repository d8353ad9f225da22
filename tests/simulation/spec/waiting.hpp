#pragma once

#include "simulation/spec/record.hpp"

#include <functional>

namespace bearer::sim::spec {

/// Whether the options are mistaken whatever the bearer's state.
inline bool is_mistaken(const fetch_options& x) {
  auto bad = [](const std::optional<caf::timespan>& timeout) {
    return timeout && timeout->count() < 0;
  };
  return bad(x.timeout) || bad(x.renew_request_timeout);
}

/// Whether some fetch that `counts` may have been waiting in the refresher
/// during the present epoch.
/// @param had the count of the token that was there when the epoch began: who
///            gets that one in this epoch has not waited.
inline bool somebody_waits(const record& all, std::uint64_t had,
                           const std::function<bool(const fetch&)>& counts) {
  for (const auto& [id, x] : all.fetches) {
    const auto answered_now = x.answered && x.answered->epoch == all.epoch;
    const auto hit = answered_now && *x.answer
                     && (*x.answer)->generation.count == had;
    const auto over = x.settled && !answered_now;
    if (!over && !hit && !is_mistaken(x.what) && counts(x))
      return true;
  }
  return false;
}

} // namespace bearer::sim::spec
