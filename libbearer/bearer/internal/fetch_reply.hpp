#pragma once

#include <bearer/actors.hpp>
#include <bearer/detail/local_slot.hpp>
#include <bearer/internal/answer.hpp>
#include <bearer/internal/remind.hpp>

#include <caf/expected.hpp>
#include <caf/typed_response_promise.hpp>

#include <utility>

namespace bearer::internal {

/// The answer owed to a fetch. The receiver that the fetch came through learns
/// the token first.
class fetch_reply {
public:
  /// Takes the message at hand, whose handler then returns `later`.
  /// @param slot Counts the answers, and lives longer.
  template <class Self>
  fetch_reply(Self* self, receiver_link via, detail::local_slot& slot)
    : slot_(&slot), via_(std::move(via)) {
    if (is_only_sent(self))
      sender_ = take_sender(self);
    else
      promise_ = self->template make_response_promise<token>();
  }

  void deliver(caf::expected<token> answer) {
    // First: who gets the answer may want the bearer's place for another one.
    // The refresher does not end before it has answered.
    slot_->count_answer();
    if (answer)
      remind(via_, *answer);
    if (promise_.pending())
      promise_.deliver(std::move(answer));
    else
      tell(sender_, answer);
  }

private:
  detail::local_slot* slot_;
  receiver_link via_;
  caf::typed_response_promise<token> promise_;

  /// Who has only sent the fetch.
  caf::actor sender_;
};

/// What the handler of a fetch returns when the answer comes later.
inline constexpr auto later = caf::delegated<token>{};

} // namespace bearer::internal
