#pragma once

#include <bearer/actors.hpp>
#include <bearer/detail/caf_compat.hpp>

#include <caf/actor_cast.hpp>

namespace bearer::internal {

/// Sends the receiver that a fetch came through the token that its caller is
/// about to get. To be called before that answer: whatever the caller sends the
/// receiver next then finds it there. Without a sender, as `answer.hpp` says:
/// the link is the caller's to choose.
inline void remind(const receiver_link& via, const token& fetched) {
  if (auto receiver = caf::actor_cast<caf::strong_actor_ptr>(via))
    detail::anon_mail(caf::actor_cast<token_memory>(receiver), latest_atom_v,
                      fetched);
}

} // namespace bearer::internal
