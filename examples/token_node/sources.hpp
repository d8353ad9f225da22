#pragma once

#include <bearer/any_source.hpp>

#include <caf/actor_system.hpp>

namespace token_node {

class config;

/// Where the tokens of an owner come from.
/// @throws usage_error naming what is wrong.
bearer::any_source owners_source(caf::actor_system& sys, const config& from);

/// Where those of a replica come from that reaches no owner; nowhere unless the
/// command line says so.
/// @throws usage_error naming what is wrong.
bearer::any_source fallback_source(caf::actor_system& sys, const config& from);

} // namespace token_node
