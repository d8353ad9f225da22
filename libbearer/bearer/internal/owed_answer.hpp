#pragma once

#include <bearer/detail/caf_compat.hpp>

#include <caf/actor_control_block.hpp>
#include <caf/message.hpp>
#include <caf/message_id.hpp>
#include <caf/response_promise.hpp>

#include <utility>

namespace bearer::internal {

/// The answer that an actor owes to the message at hand, to be given later:
/// what CAF's response promise is, without memory of its own. Nothing tells the
/// asker if it is never given.
class owed_answer {
public:
  /// Takes the message at hand, whose handler then returns a
  /// `caf::delegated`: CAF will not answer it.
  template <class Self>
  explicit owed_answer(Self* self) {
    auto& what = *self->current_mailbox_element();
    if (detail::has_stages(what)) {
      staged_ = self->make_response_promise();
      return;
    }
    id_ = what.mid;
    asker_ = std::exchange(what.sender, nullptr);
  }

  /// Answers, once. Who has only sent the message gets a message without a
  /// sender.
  /// @param self The same as before.
  /// @param content May be shared with other messages.
  template <class Self>
  void give(Self* self, caf::message content) {
    if (staged_.pending()) {
      staged_.deliver(std::move(content));
      return;
    }
    if (!asker_)
      return;
    // As `answer.hpp` says.
    const auto only_sent = id_.is_async();
    const auto to = std::exchange(asker_, nullptr);
    to->enqueue(detail::make_letter(only_sent ? nullptr : self->ctrl(),
                                    only_sent ? caf::make_message_id()
                                              : id_.response_id(),
                                    std::move(content)),
                self->context());
  }

private:
  caf::message_id id_;
  caf::strong_actor_ptr asker_;

  /// If the answer goes elsewhere first.
  caf::response_promise staged_;
};

} // namespace bearer::internal
