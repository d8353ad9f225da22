#pragma once

#include <bearer/any_source.hpp>
#include <bearer/handle.hpp>
#include <bearer/renewal_settings.hpp>
#include <bearer/retry.hpp>
#include <bearer/wall_clock.hpp>

#include <caf/expected.hpp>
#include <caf/fwd.hpp>

#include <string>

namespace bearer {

/// What a bearer may be given besides its settings.
struct spawn_options {
  /// For logs and people.
  std::string name = "bearer";

  /// Judges for the bearer's receivers which errors of requests mean that the
  /// token was refused; empty for `default_retry_verdict`.
  retry_predicate judge = {};

  /// Tells when tokens expire. Others than the system's are for tests.
  wall_clock clock = system_wall_clock;
};

/// Spawns a bearer that keeps the token of `source` fresh. It starts work with
/// the first fetch or prefetch.
/// @returns its handle, `errc::invalid_setting` naming the setting, or the
///          error that `source` holds in place of a source.
caf::expected<handle>
spawn(caf::actor_system& sys, caf::expected<any_source> source,
      const renewal_settings& settings = {}, spawn_options options = {});

/// As above, for a source that is there for certain.
caf::expected<handle> spawn(caf::actor_system& sys, any_source source,
                            const renewal_settings& settings = {},
                            spawn_options options = {});

/// As above, for any actor with the interface of a source. One that can do more
/// goes as `token_source{it}`.
caf::expected<handle> spawn(caf::actor_system& sys, token_source source,
                            const renewal_settings& settings = {},
                            spawn_options options = {});

/// As above, for one that can be closed.
caf::expected<handle>
spawn(caf::actor_system& sys, closable_token_source source,
      const renewal_settings& settings = {}, spawn_options options = {});

/// As above, with another bearer as the source. Closing the outer bearer closes
/// the inner one too, unless `renewal_settings::owns_source` is false.
caf::expected<handle> spawn(caf::actor_system& sys, const handle& inner,
                            const renewal_settings& settings = {},
                            spawn_options options = {});

} // namespace bearer
