#pragma once

#include <bearer/any_source.hpp>
#include <bearer/error.hpp>
#include <bearer/renewal_settings.hpp>
#include <bearer/source/function_source.hpp>
#include <bearer/token.hpp>

#include <caf/actor_system.hpp>
#include <caf/expected.hpp>
#include <caf/timespan.hpp>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>

namespace bearer::test {

/// A source that counts its calls, and is out of order when told so.
class numbered_source {
public:
  any_source spawn(caf::actor_system& sys) const {
    return function_source(sys, [state = state_]() -> caf::expected<token> {
      const auto n = ++state->calls;
      if (state->broken)
        return caf::make_error(errc::command_failed, "out of order");
      return token{secret{"token-" + std::to_string(n)}};
    });
  }

  void break_down() {
    state_->broken = true;
  }

  void heal() {
    state_->broken = false;
  }

  int calls() const {
    return state_->calls;
  }

private:
  struct state {
    std::atomic<int> calls = 0;
    std::atomic<bool> broken = false;
  };

  std::shared_ptr<state> state_ = std::make_shared<state>();
};

/// Lets tests make several attempts in no time.
/// @param limit How long each of them may take.
inline renewal_settings quick(caf::timespan limit = std::chrono::seconds{5}) {
  auto result = renewal_settings{};
  result.refresh_request_timeout = limit;
  result.initial_retry_timeout = std::chrono::milliseconds{10};
  result.max_retry_timeout = std::chrono::milliseconds{20};
  return result;
}

} // namespace bearer::test
