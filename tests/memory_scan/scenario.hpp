#pragma once

#include <bearer/any_source.hpp>

#include <caf/actor_system.hpp>
#include <caf/expected.hpp>

#include "needle.hpp"

#include <string>
#include <vector>

namespace memory_scan {

/// A way of obtaining the secret.
struct scenario {
  const char* name;

  /// Makes a source that gets the secret in that way; `folder` is there to be
  /// used.
  caf::expected<bearer::any_source> (*make_source)(caf::actor_system& sys,
                                                   const needle& secret,
                                                   const std::string& folder);

  /// What the error of its attempts says; empty if they bring a token.
  const char* error;

  /// Whether the secret is in memory before the first fetch.
  bool there_before;

  /// Who else has copies that libbearer cannot wipe; empty if nobody has any in
  /// the memory of this process.
  const char* not_ours;
};

const std::vector<scenario>& all_scenarios();

} // namespace memory_scan
