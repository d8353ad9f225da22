/// A node of a cluster that shares one bearer: the owner, which gets tokens
/// from their source, or a replica, which gets them from the owner. Clients
/// fetch all the time; a timeline shows what the bearer does, and one line of
/// JSON, which report.cpp explains, what became of it.
///
///     token_node --listen 4711 --token-file token --receivers 10
///     token_node --connect localhost:4711 --receivers 1000 --duration 60s
///
/// With `--ca`, `--cert` and `--key` the nodes may be on different machines.

#include <bearer/meta_objects.hpp>

#include "support/interrupts.hpp"

#include <caf/actor_system.hpp>
#include <caf/init_global_meta_objects.hpp>
#include <caf/io/middleman.hpp>

#include "config.hpp"
#include "node_run.hpp"
#include "report.hpp"
#include "usage_error.hpp"

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <vector>

namespace {

using namespace token_node;

constexpr auto exit_usage = 2;

/// @returns whether it ended well.
bool run(config& from) {
  caf::actor_system sys{from};
  auto all = node_run{sys, from};
  all.wait();
  const auto result = all.finish();
  std::puts(json_line(result).c_str());
  std::fflush(stdout);
  if (!result.clients.first_error.empty())
    std::fprintf(stderr, "token_node: the first fetch that was lost: %s\n",
                 result.clients.first_error.c_str());
  return result.ended_well();
}

} // namespace

int main(int argc, char** argv) {
  // Before there are threads, which must not get the signals that the main
  // thread waits for.
  example::hold_interrupts();
  bearer::init_global_meta_objects();
  caf::io::middleman::init_global_meta_objects();
  try {
    auto arguments = config{};
    if (!arguments.read({argv + 1, argv + argc})) {
      std::puts(report_help());
      return EXIT_SUCCESS;
    }
    return run(arguments) ? EXIT_SUCCESS : EXIT_FAILURE;
  } catch (const usage_error& ex) {
    std::fprintf(stderr, "token_node: %s\n", ex.what());
    return exit_usage;
  } catch (const std::exception& ex) {
    std::fprintf(stderr, "token_node: %s\n", ex.what());
    return EXIT_FAILURE;
  }
}
