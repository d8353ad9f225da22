#pragma once

#include <bearer/actors.hpp>
#include <bearer/any_source.hpp>

#include <caf/actor_system.hpp>

namespace bearer {

/// Makes a source of a bearer, so that another bearer can be put in front of
/// it.
///
/// | the attempt's reason   | what the inner bearer is asked                  |
/// |------------------------|-------------------------------------------------|
/// | `rejected`             | reject(previous), then fetch newer than previous|
/// | `requested`            | fetch newer than previous                       |
/// | others, or no previous | fetch                                           |
///
/// The fetch's deadline lies slightly below the attempt's budget, so that the
/// inner bearer's last error arrives (and stays permanent if it is) rather than
/// a timeout. An inner bearer that was stopped or has ended is
/// `errc::source_stopped`, which is permanent. Closing closes the inner bearer.
///
/// The source keeps the inner bearer running, as a receiver does.
any_source bearer_source(caf::actor_system& sys, cache_actor inner);

} // namespace bearer
