#include <bearer/detail/linked_receiver.hpp>
#include <bearer/receiver_link.hpp>

#include <caf/abstract_actor.hpp>
#include <caf/actor_cast.hpp>

namespace bearer {

void receiver_link::leave(const token& fetched) const {
  if (const auto whom = caf::actor_cast<caf::strong_actor_ptr>(receiver_))
    static_cast<detail::linked_receiver*>(
      caf::actor_cast<caf::abstract_actor*>(whom))
      ->tray.leave(fetched);
}

} // namespace bearer
