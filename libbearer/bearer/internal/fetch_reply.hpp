#pragma once

#include <bearer/actors.hpp>
#include <bearer/detail/caf_compat.hpp>

#include <caf/actor_cast.hpp>
#include <caf/error.hpp>
#include <caf/expected.hpp>
#include <caf/message.hpp>

#include <utility>

namespace bearer::internal {

/// What fetches get, made once for all who get the same.
class fetch_answer {
public:
  explicit fetch_answer(const caf::expected<token>& what)
    : good_(static_cast<bool>(what)) {
    if (good_) {
      to_caller_ = caf::make_message(*what);
      to_receiver_ = caf::make_message(latest_atom_v, *what);
    } else {
      to_caller_ = caf::make_message(what.error());
    }
  }

  /// Whether it is a token, not an error.
  explicit operator bool() const noexcept {
    return good_;
  }

  const caf::message& to_caller() const noexcept {
    return to_caller_;
  }

  /// What tells the token to the receiver that a fetch came through.
  const caf::message& to_receiver() const noexcept {
    return to_receiver_;
  }

private:
  bool good_;
  caf::message to_caller_;
  caf::message to_receiver_;
};

/// The answer owed to a fetch.
class fetch_reply {
public:
  /// Takes the message at hand, whose handler then returns `later`.
  template <class Self>
  fetch_reply(Self* self, receiver_link via)
    : via_(std::move(via)), owed_(self) {
    // nop
  }

  /// Answers, once. The receiver that the fetch came through learns the token
  /// first: whatever the caller sends it next then finds it there. Without a
  /// sender, as `answer.hpp` says: the link is the caller's to choose.
  /// @param self The same as before.
  template <class Self>
  void give(Self* self, const fetch_answer& what) {
    if (what && via_)
      if (auto receiver = caf::actor_cast<caf::strong_actor_ptr>(via_))
        detail::send_shared(self, receiver, what.to_receiver());
    owed_.give(self, what.to_caller());
  }

private:
  receiver_link via_;
  detail::owed_answer owed_;
};

/// What the handler of a fetch returns when the answer comes later.
inline constexpr auto later = caf::delegated<token>{};

} // namespace bearer::internal
