#pragma once

#include <bearer/actors.hpp>
#include <bearer/detail/caf_compat.hpp>

#include <caf/actor_cast.hpp>

namespace bearer::internal {

/// Sends the receiver that a fetch came through the token that its caller is
/// about to get. To be called before that answer: whatever the caller sends the
/// receiver next then finds it there.
template <class Self>
void remind(Self* self, const receiver_link& via, const token& fetched) {
  if (auto receiver = caf::actor_cast<caf::strong_actor_ptr>(via))
    detail::mail(self, latest_atom_v, fetched)
      .send(caf::actor_cast<token_memory>(receiver));
}

} // namespace bearer::internal
