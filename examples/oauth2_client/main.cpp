/// Requests a URL with tokens of an OAuth 2.0 server, as often and by as many
/// actors as one likes, or fetches tokens alone: a way to try a server, a
/// client or the settings of a bearer. Prints a timeline of what the bearer
/// does, and at the end one line of JSON, which report.hpp explains. The exit
/// status is 0 only if every request ended well.
///
///     oauth2_client --issuer https://as.example --client-id me
///       --client-secret-file secret --url https://api.example/things
///       --concurrency 10 --duration 60s

#include <bearer/meta_objects.hpp>

#include "support/interrupts.hpp"

#include <caf/actor_system.hpp>

#include "client_run.hpp"
#include "config.hpp"
#include "oauth_options.hpp"
#include "report.hpp"

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <vector>

namespace {

using namespace oauth2_client;

/// Longer than anybody runs a program.
constexpr auto for_ever = caf::timespan{std::chrono::hours{24 * 365 * 100}};

load load_of(const config& from) {
  auto result = load{};
  result.url = from.url;
  result.connection = connection_of(from);
  result.concurrency = from.concurrency;
  result.pause = from.pause;
  result.requests = from.requests;
  if (result.requests == 0 && from.duration == caf::timespan::zero())
    result.requests = 1;
  return result;
}

/// @returns whether every request ended well.
bool run(config& from) {
  const auto server = oauth_options_of(from);
  caf::actor_system sys{from};
  auto clients = client_run{sys, server, from.settings, load_of(from),
                            from.duration};
  const auto limited = from.duration > caf::timespan::zero();
  if (clients.wait_until(limited ? from.duration : for_ever)
      == example::awakening::interrupted)
    clients.note("interrupted", "waiting for requests under way, unless there "
                                "is another interrupt");
  const auto result = clients.finish();
  std::puts(json_line(result).c_str());
  std::fflush(stdout);
  if (!result.clients.first_error.empty())
    std::fprintf(stderr, "oauth2_client: the first request that failed: %s\n",
                 result.clients.first_error.c_str());
  return result.ended_well();
}

} // namespace

int main(int argc, char** argv) {
  // Before there are threads, which must not get the signals that the main
  // thread waits for.
  example::hold_interrupts();
  bearer::init_global_meta_objects();
  try {
    auto arguments = config{};
    if (!arguments.read({argv + 1, argv + argc}))
      return EXIT_SUCCESS;
    arguments.check();
    return run(arguments) ? EXIT_SUCCESS : EXIT_FAILURE;
  } catch (const std::exception& ex) {
    std::fprintf(stderr, "oauth2_client: %s\n", ex.what());
    return EXIT_FAILURE;
  }
}
