#pragma once

#include <bearer/actors.hpp>
#include <bearer/internal/owed_answer.hpp>

#include <caf/error.hpp>
#include <caf/expected.hpp>
#include <caf/message.hpp>

#include <utility>

namespace bearer::internal {

/// What fetches get, made once for all who get the same.
class fetch_answer {
public:
  explicit fetch_answer(const caf::expected<token>& what)
    : good_(static_cast<bool>(what)),
      content_(good_ ? caf::make_message(*what)
                     : caf::make_message(what.error())) {
    // nop
  }

  /// The token; null if it is an error.
  const token* granted() const noexcept {
    return good_ ? &content_.get_as<token>(0) : nullptr;
  }

  /// Whether it is a token, not an error.
  explicit operator bool() const noexcept {
    return good_;
  }

  const caf::message& content() const noexcept {
    return content_;
  }

private:
  bool good_;
  caf::message content_;
};

/// The answer owed to a fetch.
class fetch_reply {
public:
  /// Takes the message at hand: nobody else will answer it.
  template <class Self>
  fetch_reply(Self* self, receiver_link via)
    : via_(std::move(via)), owed_(self) {
    // nop
  }

  /// Answers, once. The receiver that the fetch came through has the token
  /// first: whatever the caller sends it next then finds it there.
  template <class Self>
  void give(Self* self, const fetch_answer& what) {
    if (const auto* fetched = what.granted())
      via_.leave(*fetched);
    owed_.give(self, what.content());
  }

  /// Answers with an error, once, in nobody's name.
  void give_up(caf::error why) {
    owed_.give_up(std::move(why));
  }

private:
  receiver_link via_;
  owed_answer owed_;
};

} // namespace bearer::internal
