#include <bearer/detail/blocking_loop.hpp>
#include <bearer/detail/saturating.hpp>
#include <bearer/error.hpp>

#include <algorithm>
#include <utility>

namespace bearer::detail {

blocking_loop::blocking_loop(const handle& api, const fetch_options& opts)
  : api_(api),
    memory_(api.receivers()),
    opts_(opts),
    deadline_(saturating_add(std::chrono::steady_clock::now(),
                             opts.timeout.value_or(api.fetch_timeout()))) {
  // nop
}

caf::expected<token> blocking_loop::fetch() {
  auto opts = opts_;
  memory_.begin(opts);
  auto result = api_.fetch(opts);
  if (!result)
    return result;
  memory_.remember(*result);
  if (is_over())
    return caf::make_error(errc::timed_out,
                           timeout_details{last_error_, std::nullopt});
  return result;
}

bool blocking_loop::can_retry(const caf::error& why) {
  const auto advice = memory_.judge(why, opts_);
  if (advice.rejected)
    api_.reject(*advice.rejected);
  last_error_ = why;
  // Has been asked for; the memory sees to what the next fetches need.
  opts_.renew_required = false;
  opts_.timeout = budget();
  return advice.retry && !is_over();
}

caf::timespan blocking_loop::budget() const {
  return std::max(caf::timespan::zero(),
                  saturating_distance(std::chrono::steady_clock::now(),
                                      deadline_));
}

bool blocking_loop::is_over() const {
  return budget() == caf::timespan::zero();
}

} // namespace bearer::detail
