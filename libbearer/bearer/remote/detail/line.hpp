#pragma once

#include <bearer/remote/detail/link.hpp>
#include <bearer/remote/detail/wire.hpp>

#include <caf/fwd.hpp>

namespace bearer::remote::detail {

/// A line as its link sees it.
using line_hub = line_actor::extend<
  // From the link only: pass this on to the gate.
  caf::result<void>(fetch_atom, question),
  // From the link only: the end.
  caf::result<void>(stop_atom)>;

/// Spawns the replica's end of a connection to `gate`, which begins with a
/// subscription. It ends with the link, and with the gate, which it tells the
/// link.
line_hub spawn_line(caf::actor_system& sys, const link_actor& link,
                    const gate_actor& gate);

} // namespace bearer::remote::detail
