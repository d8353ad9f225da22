#pragma once

#include <bearer/detail/caf_compat.hpp>

#include <caf/actor_control_block.hpp>
#include <caf/error.hpp>
#include <caf/message.hpp>
#include <caf/message_id.hpp>
#include <caf/sec.hpp>

#include <utility>

namespace bearer::internal {

/// The answer that an actor owes to the message at hand, to be given later, by
/// whichever actor has it then: what CAF's response promise is, without memory
/// of its own and not tied to one actor. If it is never given, who waits for it
/// hears that nobody is there, which is `caf::sec::request_receiver_down`.
class owed_answer {
public:
  /// Takes the message at hand: nobody else will answer it. A handler of one of
  /// CAF's actors has to return a `caf::delegated` then.
  template <class Self>
  explicit owed_answer(Self* self) {
    auto& what = *self->current_mailbox_element();
    // First, as it may throw.
    detour_ = detail::take_detour(what);
    id_ = what.mid;
    asker_ = std::exchange(what.sender, nullptr);
  }

  owed_answer(owed_answer&&) noexcept = default;

  owed_answer& operator=(owed_answer&& other) noexcept {
    std::swap(id_, other.id_);
    std::swap(asker_, other.asker_);
    std::swap(detour_, other.detour_);
    return *this;
  }

  ~owed_answer() {
    if (asker_ || detour_)
      abandon();
  }

  /// Answers, once. Who has only sent the message gets a message without a
  /// sender.
  /// @param content May be shared with other messages.
  template <class Self>
  void give(Self* self, caf::message content) {
    give(self->ctrl(), std::move(content), self->context());
  }

  /// Answers with an error, once, in nobody's name.
  void give_up(caf::error why) {
    give(nullptr, caf::make_message(std::move(why)), nullptr);
  }

private:
  void give(caf::actor_control_block* giver, caf::message content,
            detail::executor* context) {
    if (detour_) {
      detail::send_along(detour_, asker_, id_, std::move(content), context);
      detour_ = {};
      asker_ = nullptr;
      return;
    }
    if (!asker_)
      return;
    // As `answer.hpp` says.
    const auto only_sent = id_.is_async();
    auto letter = detail::make_letter(only_sent ? nullptr : giver,
                                      only_sent ? caf::make_message_id()
                                                : id_.response_id(),
                                      std::move(content));
    std::exchange(asker_, nullptr)->enqueue(std::move(letter), context);
  }

  void abandon() noexcept {
    // Who has only sent the message does not wait.
    if (id_.is_async())
      return;
    try {
      give_up(caf::make_error(caf::sec::request_receiver_down));
    } catch (...) {
      // There is no memory for it.
    }
  }

  caf::message_id id_;
  caf::strong_actor_ptr asker_;

  /// If the answer goes elsewhere first.
  detail::detour detour_;
};

} // namespace bearer::internal
