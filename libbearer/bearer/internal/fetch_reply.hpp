#pragma once

#include <bearer/actors.hpp>
#include <bearer/internal/remind.hpp>

#include <caf/expected.hpp>
#include <caf/typed_response_promise.hpp>

#include <utility>

namespace bearer::internal {

/// The answer owed to a fetch. The receiver that the fetch came through learns
/// the token first.
/// @tparam Self the actor type of whoever answers.
template <class Self>
class fetch_reply {
public:
  fetch_reply(Self* self, receiver_link via)
    : self_(self),
      via_(std::move(via)),
      promise_(self->template make_response_promise<token>()) {
    // nop
  }

  void deliver(caf::expected<token> answer) {
    if (answer)
      remind(self_, via_, *answer);
    promise_.deliver(std::move(answer));
  }

  /// What a message handler returns to say that the answer comes later.
  const caf::typed_response_promise<token>& promise() const noexcept {
    return promise_;
  }

private:
  Self* self_;
  receiver_link via_;
  caf::typed_response_promise<token> promise_;
};

} // namespace bearer::internal
