#pragma once

#include <caf/timespan.hpp>

#include <string>
#include <vector>

namespace demo {

/// Something that happens to the server.
struct step {
  /// Since the start.
  caf::timespan at;

  /// What the server is told.
  std::string command;

  /// What people are told.
  std::string text;
};

/// A server's bad days, in a run of this length.
struct script {
  explicit script(caf::timespan total);

  /// Shorter than the outage.
  caf::timespan token_lifetime;

  /// What an answer about tokens takes at least in the slow period.
  caf::timespan slow;

  std::vector<step> steps;
};

} // namespace demo
