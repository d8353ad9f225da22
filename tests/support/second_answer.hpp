#pragma once

#include <caf/abstract_actor.hpp>
#include <caf/actor_cast.hpp>
#include <caf/config.hpp>
#include <caf/mailbox_element.hpp>
#include <caf/message.hpp>
#include <caf/message_id.hpp>

#include <utility>

namespace bearer::test {

/// Answers a request of `whom` once more, which CAF's promises would not do.
inline void answer_again(const caf::strong_actor_ptr& whom,
                         caf::message_id request, caf::message what) {
  const auto id = request.response_id();
#if CAF_MAJOR_VERSION >= 1
  auto mail = caf::make_mailbox_element(nullptr, id, std::move(what));
#else
  auto mail = caf::make_mailbox_element(nullptr, id, {}, std::move(what));
#endif
  caf::actor_cast<caf::abstract_actor*>(whom)->enqueue(std::move(mail),
                                                       nullptr);
}

} // namespace bearer::test
