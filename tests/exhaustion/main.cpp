/// Takes away what everybody needs, for a while: attempts must fail with an
/// error that says what is missing, and when there is enough again, everybody
/// who waits must get a token. Does it to itself, and is started by ctest.
///
/// What is covered for memory: large blocks (buffers, stacks of threads). Where
/// not even a small one is to be had, CAF itself ends the process, as most
/// programs do: it allocates in functions that must not throw.
///
/// Usage: exhaustion SCENARIO

#include <bearer/meta_objects.hpp>

#include "support/own_mounts.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include "scenarios.hpp"
#include "trouble.hpp"

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>

namespace {

using namespace exhaustion;

/// What ctest takes for a test that cannot be made here.
constexpr auto skipped = 77;

scenarios all_scenarios() {
  auto result = local_scenarios();
#ifdef EXHAUSTION_OAUTH_SERVER
  result.merge(http_scenarios());
#endif
#ifdef EXHAUSTION_NODE
  result.merge(remote_scenarios());
#endif
  return result;
}

int run(const std::string& name) {
  const auto what = all_scenarios().at(name);
  // Before there are threads.
  if (name.starts_with("memory"))
    keep_no_memory();
  if (name.starts_with("disk"))
    bearer::test::own_mounts();
  bearer::init_global_meta_objects();
  auto config = caf::actor_system_config{};
#ifdef EXHAUSTION_NODE
  if (remote_scenarios().contains(name))
    load_network(config);
#endif
  auto sys = caf::actor_system{config};
  return what(sys) ? EXIT_SUCCESS : EXIT_FAILURE;
}

} // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: exhaustion SCENARIO\n", stderr);
    return EXIT_FAILURE;
  }
  try {
    return run(argv[1]);
  } catch (const not_here& ex) {
    std::printf("skipped: %s\n", ex.what());
    return skipped;
  } catch (const std::exception& ex) {
    std::fprintf(stderr, "exhaustion: %s\n", ex.what());
    return EXIT_FAILURE;
  }
}
