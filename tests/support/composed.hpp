#pragma once

#include <caf/actor.hpp>
#include <caf/actor_control_block.hpp>
#include <caf/config.hpp>
#include <caf/mailbox_element.hpp>
#include <caf/message.hpp>
#include <caf/message_id.hpp>

#include <utility>

namespace bearer::test {

/// An actor that asks `first`, and `next` about what that answers; invalid with
/// a CAF that knows no such thing.
inline caf::actor composed([[maybe_unused]] const caf::actor& first,
                           [[maybe_unused]] const caf::actor& next) {
#if CAF_MAJOR_VERSION >= 1
  return {};
#else
  return next * first;
#endif
}

/// A request of `sender` whose answer goes to somebody first who is not there,
/// as it may come from another node; null with a CAF that knows no such thing.
inline caf::mailbox_element_ptr
by_way_of_nobody([[maybe_unused]] caf::strong_actor_ptr sender,
                 [[maybe_unused]] caf::message what) {
#if CAF_MAJOR_VERSION >= 1
  return nullptr;
#else
  return caf::make_mailbox_element(std::move(sender), caf::make_message_id(1),
                                   caf::mailbox_element::forwarding_stack(1),
                                   std::move(what));
#endif
}

} // namespace bearer::test
