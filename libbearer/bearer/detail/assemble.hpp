#pragma once

#include <bearer/actors.hpp>
#include <bearer/any_source.hpp>
#include <bearer/bearer.hpp>
#include <bearer/handle.hpp>
#include <bearer/renewal_settings.hpp>

#include <caf/expected.hpp>
#include <caf/fwd.hpp>

#include <functional>

namespace bearer::detail {

/// What a bearer is put together from.
struct parts {
  any_source source;
  renewal_settings settings;
  spawn_options options;

  /// What `handle::wrapped` gives; may be invalid.
  token_source wrapped;

  /// Called with the refresher before that makes its first attempt, for sources
  /// that have something to say unasked; may be empty. Keep a weak pointer.
  std::function<void(const refresher_actor&)> introduce;
};

/// Puts a bearer together.
/// @returns what `spawn` returns.
caf::expected<handle> assemble(caf::actor_system& sys, parts&& from);

} // namespace bearer::detail
