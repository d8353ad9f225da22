#pragma once

#include <bearer/bearer.hpp>
#include <bearer/source/function_source.hpp>

#include "support/real_sources.hpp"

#include <caf/actor_system.hpp>
#include <caf/expected.hpp>

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
inline renewal_settings quick() {
  auto result = renewal_settings{};
  result.initial_retry_timeout = std::chrono::milliseconds{10};
  result.max_retry_timeout = std::chrono::milliseconds{20};
  return result;
}

/// A bearer with a name to look for in errors.
inline handle make_bearer(caf::actor_system& sys, any_source source,
                          std::string name = "api") {
  auto options = spawn_options{};
  options.name = std::move(name);
  return *spawn(sys, std::move(source), quick(), std::move(options));
}

/// Waits until `n` fetches wait inside the bearer.
inline bool wait_for_waiters(const handle& bearer, std::uint64_t n) {
  const auto end = std::chrono::steady_clock::now() + patience;
  while (bearer.status().waiters != n)
    if (std::chrono::steady_clock::now() > end)
      return false;
  return true;
}

} // namespace bearer::test
