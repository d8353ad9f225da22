/// Ends the process while a thread of the library's hangs in something that
/// nobody can interrupt, and lets that thread go on when the static objects of
/// the program and of CAF are no more: nothing may happen then. Each scenario
/// is a process of its own, started by ctest.
///
/// Usage: late-exit SCENARIO

#include <bearer/bearer.hpp>
#include <bearer/meta_objects.hpp>
#include <bearer/source/function_source.hpp>

#include "late_exit/last_moment.hpp"

#ifdef LATE_EXIT_REMOTE
#  include <bearer/remote/connect.hpp>

#  include <caf/io/middleman.hpp>

#  include <netdb.h>
#endif

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/error.hpp>
#include <caf/expected.hpp>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <functional>
#include <map>
#include <stdexcept>
#include <string>

namespace {

using result = caf::expected<bearer::token>;

using scenario
  = std::function<caf::expected<bearer::handle>(caf::actor_system& sys)>;

/// A bearer whose source hangs, and has this to say in the end.
scenario after_hanging(std::function<result()> end) {
  return [end](caf::actor_system& sys) {
    return bearer::spawn(sys, bearer::function_source(sys, [end] {
                           late_exit::hang_until_last_moment();
                           return end();
                         }));
  };
}

result give() {
  return bearer::token{bearer::secret{"too late"}};
}

result fail() {
  return caf::make_error(bearer::errc::source_failed, "too late");
}

result fall() {
  throw std::runtime_error{"too late"};
}

#ifdef LATE_EXIT_REMOTE

caf::expected<bearer::handle> look_up(caf::actor_system& sys) {
  auto options = bearer::remote::connect_options{};
  options.allow_unprotected = true;
  return bearer::remote::connect(sys, {"hang.test", 4000}, {}, options);
}

#endif

const std::map<std::string, scenario> scenarios{
  {"function-gives", after_hanging(give)},
  {"function-fails", after_hanging(fail)},
  {"function-throws", after_hanging(fall)},
#ifdef LATE_EXIT_REMOTE
  {"name", look_up},
#endif
};

struct config : caf::actor_system_config {
  config() {
#ifdef LATE_EXIT_REMOTE
    load<caf::io::middleman>();
#endif
  }
};

int run(const scenario& what) {
  bearer::init_global_meta_objects();
#ifdef LATE_EXIT_REMOTE
  caf::io::middleman::init_global_meta_objects();
#endif
  config cfg;
  caf::actor_system sys{cfg};
  const auto bearer = what(sys);
  if (!bearer) {
    std::printf("%s\n", caf::to_string(bearer.error()).c_str());
    return EXIT_FAILURE;
  }
  bearer->prefetch();
  if (!late_exit::wait_until_one_hangs()) {
    std::puts("nothing hangs");
    return EXIT_FAILURE;
  }
  return EXIT_SUCCESS;
}

} // namespace

#ifdef LATE_EXIT_REMOTE

/// The library's name resolver, which finds nobody in the end.
extern "C" __attribute__((visibility("default"))) int
getaddrinfo(const char*, const char*, const addrinfo*, addrinfo**) {
  late_exit::hang_until_last_moment();
  return EAI_NONAME;
}

#endif

int main(int argc, char** argv) {
  try {
    const auto found = scenarios.find(argc == 2 ? argv[1] : "");
    if (found != scenarios.end())
      return run(found->second);
    std::puts("usage: late-exit SCENARIO");
  } catch (const std::exception& ex) {
    std::printf("%s\n", ex.what());
  }
  return EXIT_FAILURE;
}
