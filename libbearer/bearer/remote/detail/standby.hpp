#pragma once

#include <bearer/any_source.hpp>
#include <bearer/remote/detail/wire.hpp>
#include <bearer/renewal_settings.hpp>
#include <bearer/wall_clock.hpp>

#include <caf/expected.hpp>
#include <caf/fwd.hpp>

namespace bearer::remote::detail {

/// A bearer of the replica's own that answers while no owner does. It is there
/// only as long as it is needed: a bearer that was used once goes on renewing.
class standby {
public:
  /// @param source May be invalid: nobody stands by.
  standby(any_source source, const renewal_settings& settings,
          wall_clock clock);

  standby(const standby&) = delete;

  standby& operator=(const standby&) = delete;

  /// Ends the bearer, though not its source.
  ~standby();

  /// Whether there is a source.
  explicit operator bool() const noexcept {
    return static_cast<bool>(source_);
  }

  const any_source& source() const noexcept {
    return source_;
  }

  /// Whom to ask, as one asks an owner.
  caf::expected<desk_actor> wake(caf::actor_system& sys);

  /// The owner is there again.
  void rest();

private:
  any_source source_;
  renewal_settings settings_;
  wall_clock clock_;
  desk_actor desk_;
};

} // namespace bearer::remote::detail
