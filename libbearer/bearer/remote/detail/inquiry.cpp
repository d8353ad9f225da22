#include <bearer/detail/saturating.hpp>
#include <bearer/remote/detail/inquiry.hpp>
#include <bearer/source/detail/budget.hpp>

#include <algorithm>
#include <utility>
#include <variant>

namespace bearer::remote::detail {

inquiry::inquiry(promise to, const attempt& what, bool has_standby, moment now)
  : promise_(std::move(to)), talk_(what) {
  // So that our reason comes before the attempt is given up.
  const auto budget = bearer::detail::inner_budget(what.budget);
  end_ = bearer::detail::saturating_add(now.steady, budget);
  patience_ = has_standby
                ? bearer::detail::saturating_add(now.steady, budget / 2)
                : end_;
}

question inquiry::begin(std::uint64_t number, moment now) {
  return prepare(talk_.begin(), number, now);
}

conversation::step inquiry::go_on(const answer& what, std::uint64_t number,
                                  moment now) {
  // If the wall clock was set back since, then the question was asked at a time
  // that is earlier by the present reckoning.
  const auto then = bearer::detail::saturating_add(now.wall,
                                                   asked_.steady - now.steady);
  auto next = talk_.go_on(what, std::min(asked_.wall, then));
  if (auto* more = std::get_if<question>(&next))
    *more = prepare(*more, number, now);
  return next;
}

inquiry::steady_time inquiry::time_to_confirm(std::size_t owners,
                                              moment now) const noexcept {
  // Nobody was tried in this attempt if there was a connection already.
  const auto tried = std::max(tried_, std::size_t{1});
  const auto others = owners > tried ? owners - tried : 0;
  return now.steady + (deadline() - now.steady) / static_cast<int>(others + 1);
}

void inquiry::finish(caf::expected<token> outcome) {
  if (outcome)
    promise_.deliver(std::move(*outcome));
  else
    promise_.deliver(std::move(outcome.error()));
}

question inquiry::prepare(question what, std::uint64_t number, moment now) {
  what.number = number_ = number;
  // So that the owner's reason comes before ours.
  what.budget = bearer::detail::inner_budget(deadline() - now.steady);
  asked_ = now;
  return what;
}

} // namespace bearer::remote::detail
