#pragma once

#include <bearer/any_source.hpp>
#include <bearer/attempt.hpp>
#include <bearer/token.hpp>

#include <caf/actor_system.hpp>
#include <caf/expected.hpp>
#include <caf/timespan.hpp>

#include "simulation/step.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>

namespace bearer::sim {

/// What a source asks the world, and tells it.
struct source_script {
  std::function<void(std::size_t call, const attempt&)> on_call;

  /// None: failed in a way that CAF names.
  std::function<void(std::size_t call, std::optional<caf::expected<token>>)>
    on_answer;

  std::function<void(caf::timespan left)> on_close;

  /// What to do with the next call.
  std::function<steps::source()> plan;

  /// The answer to this call, for plans that have one.
  std::function<caf::expected<token>(const steps::source&, const attempt&)>
    answer;

  /// Answers whose time has not come.
  std::size_t delayed = 0;
};

/// Spawns a source that behaves and misbehaves as the script says. It must be
/// killed in the end, because it may owe answers.
closable_token_source
spawn_simulated_source(caf::actor_system& sys,
                       std::shared_ptr<source_script> script);

} // namespace bearer::sim
