#pragma once

#include <bearer/any_source.hpp>
#include <bearer/handle.hpp>
#include <bearer/renewal_settings.hpp>

#include <caf/actor_system.hpp>
#include <caf/expected.hpp>

#include "trouble.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace exhaustion {

/// Far more than anything here takes.
constexpr auto patience = std::chrono::seconds{30};

/// What an error has to say.
using words = std::vector<std::string>;

/// Complains unless it holds, and gives it back.
bool expect(bool holds, const std::string& what);

/// Of bearers that try again in no time.
bearer::renewal_settings hasty();

/// The error of an attempt, as those see it who want to.
std::string next_error(const bearer::handle& of);

/// Whether an error says all of this.
bool names_all(const std::string& error, const words& culprits);

/// A crowd that waits for a token which is not there yet.
class waiters {
public:
  /// They begin to wait.
  explicit waiters(const bearer::handle& bearer);

  ~waiters();

  waiters(const waiters&) = delete;

  waiters& operator=(const waiters&) = delete;

  /// Whether each of them gets a token.
  bool are_served();

private:
  struct state;

  std::unique_ptr<state> state_;
};

/// Puts a bearer through trouble, with others waiting for its token. If it has
/// one, then that is rejected.
bool endure(const bearer::handle& bearer, trouble& what, const words& culprits);

/// The same with a bearer of this source.
bool endure(caf::actor_system& sys, caf::expected<bearer::any_source> source,
            trouble& what, const words& culprits);

} // namespace exhaustion
