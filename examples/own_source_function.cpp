/// A token source as a function that may block and throw, for existing code
/// that knows nothing of actors.

#include <bearer/bearer.hpp>
#include <bearer/meta_objects.hpp>
#include <bearer/source/function_source.hpp>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/expected.hpp>
#include <caf/timestamp.hpp>

#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <iostream>
#include <mutex>
#include <stdexcept>
#include <stop_token>

namespace {

using namespace std::chrono_literals;

/// Stands for a slow call of some client library.
/// @param cancelled set as soon as nobody waits for the result any more.
/// @returns whether the time has passed.
bool wait_for_server(std::chrono::milliseconds time,
                     const std::stop_token& cancelled) {
  auto mutex = std::mutex{};
  auto guard = std::unique_lock{mutex};
  auto never = std::condition_variable_any{};
  never.wait_for(guard, cancelled, time, [] { return false; });
  return !cancelled.stop_requested();
}

/// Both parameters may be left out, and a plain token may be returned.
caf::expected<bearer::token> log_in(const bearer::attempt& what,
                                    const std::stop_token& cancelled) {
  if (what.number == 1)
    throw std::runtime_error("no route to host");
  if (!wait_for_server(50ms, cancelled))
    return caf::make_error(bearer::errc::attempt_timed_out);
  auto result = bearer::token{};
  result.access_token = bearer::secret{"from-a-function"};
  // With an expiry, the bearer renews by itself in time.
  result.expires_at = caf::make_timestamp() + 1h;
  return result;
}

} // namespace

int main() {
  bearer::init_global_meta_objects();
  caf::actor_system_config cfg;
  caf::actor_system sys{cfg};
  auto settings = bearer::renewal_settings{};
  settings.initial_retry_timeout = 100ms;
  auto api = bearer::spawn(sys, bearer::function_source(sys, log_in), settings);
  if (!api) {
    std::cerr << to_string(api.error()) << '\n';
    return EXIT_FAILURE;
  }
  // Reports the outcome of one attempt; without this option, the fetch would
  // wait until an attempt succeeds.
  auto options = bearer::fetch_options{};
  options.report_error = true;
  for (auto i = 0; i < 2; ++i) {
    if (auto token = api->fetch(options))
      std::cout << "got generation " << token->generation.count << '\n';
    else
      std::cout << "failed: " << to_string(token.error()) << '\n';
  }
}
