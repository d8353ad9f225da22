#include <bearer/detail/saturating.hpp>
#include <bearer/error.hpp>
#include <bearer/source/detail/budget.hpp>
#include <bearer/source/detail/http_attempt.hpp>

#include <caf/actor_cast.hpp>

#include <algorithm>

namespace bearer::detail {

http_attempt::http_attempt(token_source::pointer self,
                           http::client_actor client)
  : self_(self), client_(std::move(client)) {
  // nop
}

caf::result<token> http_attempt::begin(const attempt& what) {
  // A promise takes the sender away.
  const auto asker = caf::actor_cast<caf::actor>(self_->current_sender());
  answer_ = self_->make_response_promise<token>();
  deadline_ = saturating_add(std::chrono::steady_clock::now(),
                             inner_budget(what.budget));
  if (asker)
    watch_ = monitor(self_, asker, [this](const caf::error&) {
      fail(caf::make_error(errc::source_down, "the attempt was given up"));
    });
  return answer_;
}

caf::timespan http_attempt::left() const {
  return std::max(saturating_distance(std::chrono::steady_clock::now(),
                                      deadline_),
                  caf::timespan::zero());
}

void http_attempt::succeed(token result) {
  answer_.deliver(std::move(result));
  self_->quit();
}

void http_attempt::fail(caf::error why) {
  answer_.deliver(std::move(why));
  self_->quit();
}

} // namespace bearer::detail
