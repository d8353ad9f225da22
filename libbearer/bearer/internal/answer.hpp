#pragma once

#include <bearer/detail/caf_compat.hpp>

#include <caf/actor.hpp>
#include <caf/actor_cast.hpp>
#include <caf/error.hpp>
#include <caf/expected.hpp>
#include <caf/result.hpp>

#include <utility>

/// How cache and refresher answer. CAF answers messages that were only sent,
/// too: with another message, from the actor that answers. Whoever gets such a
/// message may return an error to its sender, which would end the bearer, or
/// pass another message on in its sender's name, which would let him publish.
/// So nothing but the answer to a request ever goes out under their names.
namespace bearer::internal {

/// Whether the message at hand was sent without asking for an answer.
template <class Self>
bool is_only_sent(Self* self) {
  return self->current_message_id().is_async();
}

/// Takes the sender of the message at hand, so that CAF will not answer it.
template <class Self>
caf::actor take_sender(Self* self) {
  auto sender = std::exchange(self->current_sender(), nullptr);
  return caf::actor_cast<caf::actor>(std::move(sender));
}

/// Sends `what`, or the error in its place, to `whom` if there is anybody.
template <class T>
void tell(const caf::actor& whom, const caf::expected<T>& what) {
  if (!whom)
    return;
  if (what)
    detail::anon_mail(whom, *what);
  else
    detail::anon_mail(whom, what.error());
}

/// Answers the message at hand.
template <class T, class Self>
caf::result<T> answer(Self* self, caf::expected<T> what) {
  if (!is_only_sent(self))
    return what;
  tell(take_sender(self), what);
  // Has been answered.
  return caf::delegated<T>{};
}

} // namespace bearer::internal
