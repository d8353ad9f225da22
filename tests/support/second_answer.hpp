#pragma once

#include <caf/abstract_actor.hpp>
#include <caf/actor_cast.hpp>
#include <caf/config.hpp>
#include <caf/mailbox_element.hpp>
#include <caf/message.hpp>
#include <caf/message_id.hpp>

#include <utility>

namespace bearer::test {

/// A message on its way, in the name of `sender`, with any ID.
inline caf::mailbox_element_ptr
make_mail(caf::strong_actor_ptr sender, caf::message_id id, caf::message what) {
#if CAF_MAJOR_VERSION >= 1
  return caf::make_mailbox_element(std::move(sender), id, std::move(what));
#else
  return caf::make_mailbox_element(std::move(sender), id, {}, std::move(what));
#endif
}

/// Puts a message into a mailbox in the name of `sender`, with any ID.
inline void put_in_mailbox(const caf::strong_actor_ptr& whom,
                           caf::strong_actor_ptr sender, caf::message_id id,
                           caf::message what) {
  caf::actor_cast<caf::abstract_actor*>(whom)->enqueue(
    make_mail(std::move(sender), id, std::move(what)), nullptr);
}

/// Answers a request of `whom` once more, which CAF's promises would not do.
inline void answer_again(const caf::strong_actor_ptr& whom,
                         caf::message_id request, caf::message what) {
  put_in_mailbox(whom, nullptr, request.response_id(), std::move(what));
}

} // namespace bearer::test
