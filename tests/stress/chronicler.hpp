#pragma once

#include <bearer/handle.hpp>

#include <caf/actor.hpp>
#include <caf/actor_system.hpp>

#include "tally.hpp"

#include <memory>

namespace stress {

/// Spawns a listener that counts what a bearer does. It lives as long as
/// somebody holds it, because bearers hold their listeners weakly.
caf::actor spawn_chronicler(caf::actor_system& sys, const bearer::handle& of,
                            std::shared_ptr<tally> into);

} // namespace stress
