/// The client of ../oauth2_client on an OAuth 2.0 server that is slow for a
/// while, revokes all tokens, and breaks down for longer than a token lives.
/// Shows what happens, and fails if a request did, or if client and server
/// counted differently.

#include <bearer/meta_objects.hpp>

#include "support/interrupts.hpp"
#include "support/text.hpp"

#include <caf/exec_main.hpp>

#include "config.hpp"
#include "oauth2_client/client_run.hpp"
#include "oauth2_client/report.hpp"
#include "script.hpp"
#include "server.hpp"
#include "summary.hpp"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>

namespace {

using namespace std::chrono_literals;

/// The secret is that of `oauth-server`, for everybody to know.
bearer::oauth2::options options_for(const demo::server& server) {
  auto result = bearer::oauth2::options{};
  result.token_endpoint = server.url() + "/token";
  result.client_id = "client";
  result.authentication
    = bearer::oauth2::client_secret_basic{bearer::secret{"client-secret"}};
  return result;
}

/// For tokens that live a few seconds rather than an hour.
bearer::renewal_settings settings_for(caf::timespan total) {
  auto result = bearer::renewal_settings{};
  // Nobody gets a token in the last quarter of its life: on a busy machine it
  // may be under way for long.
  result.lifetime_safe_fraction = 0.5;
  result.initial_retry_timeout = total / 50;
  result.max_retry_timeout = total / 20;
  result.refresh_request_timeout = 5s;
  // Requests wait for the end of the outage.
  result.fetch_timeout = total + 30s;
  // One that is issued at the moment of the revocation is no good either.
  result.max_retries = 4;
  return result;
}

oauth2_client::load load_for(const demo::server& server,
                             std::uint32_t clients) {
  auto result = oauth2_client::load{};
  result.url = server.url() + "/resource";
  result.concurrency = clients;
  result.pause = 20ms;
  return result;
}

/// @returns whether it was played to its end.
bool play(const demo::script& what, caf::timespan total, demo::server& server,
          oauth2_client::client_run& clients) {
  for (const auto& step : what.steps) {
    if (clients.wait_until(step.at) != example::awakening::time_is_up)
      return false;
    server.tell(step.command);
    clients.note("server", step.text);
  }
  return clients.wait_until(total) == example::awakening::time_is_up;
}

bool run(caf::actor_system& sys, const demo::config& config) {
  const auto total = caf::timespan{std::chrono::seconds{config.seconds}};
  const auto script = demo::script{total};
  auto server = demo::server{script.token_lifetime};
  std::printf(
    "%s actors make requests for %u seconds. The tokens of the server "
    "live %s.\n\n",
    example::number_text(config.clients).c_str(), config.seconds,
    example::duration_text(script.token_lifetime).c_str());
  auto clients
    = oauth2_client::client_run{sys, options_for(server), settings_for(total),
                                load_for(server, config.clients), total};
  const auto whole = play(script, total, server, clients);
  // Whoever interrupts an outage wants no more of it.
  if (!whole)
    server.tell("outage off");
  const auto result = clients.finish();
  const auto good = demo::print_summary(result, server.counts(),
                                        whole ? &script : nullptr);
  std::puts(oauth2_client::json_line(result).c_str());
  std::fflush(stdout);
  return good;
}

int caf_main(caf::actor_system& sys, const demo::config& config) {
  // The first one is our own name.
  if (!config.valid() || config.c_args_remainder().first > 1) {
    std::fputs("demo: invalid arguments, see --help\n", stderr);
    return EXIT_FAILURE;
  }
  try {
    return run(sys, config) ? EXIT_SUCCESS : EXIT_FAILURE;
  } catch (const std::exception& ex) {
    std::fprintf(stderr, "demo: %s\n", ex.what());
    return EXIT_FAILURE;
  }
}

} // namespace

int main(int argc, char** argv) {
  // What CAF_MAIN does, save that the threads of the actor system must not get
  // the signals that the main thread waits for.
  example::hold_interrupts();
  bearer::init_global_meta_objects();
  return caf::exec_main(caf_main, argc, argv);
}
