#pragma once

#include <caf/abstract_actor.hpp>
#include <caf/actor_cast.hpp>
#include <caf/config.hpp>
#include <caf/mailbox_element.hpp>
#include <caf/message.hpp>
#include <caf/message_id.hpp>

#include <utility>

namespace bearer::test {

/// Puts a message into a mailbox in the name of `sender`, with any ID.
inline void put_in_mailbox(const caf::strong_actor_ptr& whom,
                           caf::strong_actor_ptr sender, caf::message_id id,
                           caf::message what) {
#if CAF_MAJOR_VERSION >= 1
  auto mail = caf::make_mailbox_element(std::move(sender), id, std::move(what));
#else
  auto mail = caf::make_mailbox_element(std::move(sender), id, {},
                                        std::move(what));
#endif
  caf::actor_cast<caf::abstract_actor*>(whom)->enqueue(std::move(mail),
                                                       nullptr);
}

/// Answers a request of `whom` once more, which CAF's promises would not do.
inline void answer_again(const caf::strong_actor_ptr& whom,
                         caf::message_id request, caf::message what) {
  put_in_mailbox(whom, nullptr, request.response_id(), std::move(what));
}

} // namespace bearer::test
