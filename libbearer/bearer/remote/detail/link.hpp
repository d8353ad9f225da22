#pragma once

#include <bearer/actors.hpp>
#include <bearer/any_source.hpp>
#include <bearer/event.hpp>
#include <bearer/remote/address.hpp>
#include <bearer/remote/detail/way.hpp>
#include <bearer/remote/protocol.hpp>
#include <bearer/renewal_settings.hpp>
#include <bearer/wall_clock.hpp>

#include <caf/actor_control_block.hpp>
#include <caf/fwd.hpp>

#include <vector>

namespace bearer::remote::detail {

/// The token source of a replica: asks the bearer's owner, and tells the
/// replica's refresher of what the owner says unasked. Backoff, deadlines and
/// numbers are the refresher's, as with any other source.
using link_actor = closable_token_source::extend<
  // The refresher to tell, with which the link ends.
  caf::result<void>(subscribe_atom, caf::weak_actor_ptr),
  // As to all listeners of that refresher, which names itself to none.
  caf::result<void>(event),
  // From its own line only, as the line got them.
  caf::result<void>(fetch_atom, std::uint64_t),
  caf::result<void>(fetch_atom, answer),
  caf::result<void>(publish_atom, generation),
  caf::result<void>(rejected_atom, generation),
  // From its own line only: the gate is gone.
  caf::result<void>(lost_atom)>;

/// What a link needs to know.
struct link_config {
  /// Where the owner may be, at least one address.
  std::vector<address> owners;

  /// How it gets there.
  detail::way way;

  /// Where tokens come from when no owner is there; may be invalid.
  any_source fallback;

  /// Of the bearer that the fallback makes.
  renewal_settings settings;

  wall_clock clock;
};

/// Spawns a link. It connects with the first fetch.
link_actor spawn_link(caf::actor_system& sys, link_config config);

} // namespace bearer::remote::detail
