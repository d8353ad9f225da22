/// Takes away what everybody needs, for a while: attempts must fail with an
/// error that says what is missing, and when there is enough again, everybody
/// who waits must get a token. Does it to itself, and is started by ctest.
///
/// What is covered for memory: large blocks (buffers, stacks of threads). Where
/// not even a small one is to be had, CAF itself ends the process, as most
/// programs do: it allocates in functions that must not throw.
///
/// Usage: exhaustion SCENARIO

#include <bearer/bearer.hpp>
#include <bearer/detail/caf_compat.hpp>
#include <bearer/meta_objects.hpp>
#include <bearer/source/command_source.hpp>
#include <bearer/source/file_source.hpp>
#include <bearer/source/function_source.hpp>

#include "support/own_mounts.hpp"
#include "support/temp_folder.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scoped_actor.hpp>

#include "trouble.hpp"

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;
using namespace exhaustion;

using bearer::test::temp_folder;

/// Far more than anything here takes.
constexpr auto patience = 30s;

constexpr std::size_t waiter_count = 20;

/// What ctest takes for a test that cannot be made here.
constexpr auto skipped = 77;

using words = std::vector<std::string>;

bool expect(bool holds, const std::string& what) {
  if (!holds)
    std::printf("FAILED: %s\n", what.c_str());
  return holds;
}

bearer::renewal_settings hasty() {
  auto result = bearer::renewal_settings{};
  // Long enough for the thread of an attempt to end before the next.
  result.initial_retry_timeout = 100ms;
  result.max_retry_timeout = 200ms;
  result.fetch_timeout = patience;
  return result;
}

/// The error of an attempt, as those see it who want to.
std::string next_error(const bearer::handle& of) {
  auto options = bearer::fetch_options{};
  options.report_error = true;
  const auto answer = of.fetch(options);
  return answer ? "a token" : to_string(answer.error());
}

bool names_all(const std::string& error, const words& culprits) {
  auto result = true;
  for (const auto& one : culprits)
    result &= expect(error.find(one) != std::string::npos,
                     "the error does not say: " + one);
  return result;
}

/// Puts a bearer through trouble, with others waiting for its token.
bool endure(caf::actor_system& sys, caf::expected<bearer::any_source> source,
            trouble& what, const words& culprits) {
  auto bearer = bearer::spawn(sys, std::move(source), hasty());
  if (!expect(bool{bearer}, "cannot spawn"))
    return false;
  auto self = caf::scoped_actor{sys};
  auto ask = [&] { return bearer->fetch(self.ptr()); };
  auto waiters = std::vector<decltype(ask())>{};
  what.begin();
  for (auto i = std::size_t{0}; i < waiter_count; ++i)
    waiters.push_back(ask());
  const auto error = next_error(*bearer);
  what.settle();
  const auto again = next_error(*bearer);
  what.end();
  std::printf("%s\n%s\n", error.c_str(), again.c_str());
  auto result = names_all(error, culprits) && names_all(again, culprits);
  result &= expect(bool{bearer->fetch()}, "no token when all is well again");
  for (auto& one : waiters)
    std::move(one).receive([](const bearer::token&) { /* as it must be */ },
                           [&](const caf::error& err) {
                             result = expect(false, "who waited got "
                                                      + to_string(err));
                           });
  return result;
}

bearer::token some_token() {
  auto result = bearer::token{};
  result.access_token = bearer::secret{"abc"};
  return result;
}

const std::string program = "/bin/echo";

caf::expected<bearer::any_source> echo(caf::actor_system& sys) {
  return bearer::command_source(sys, {program, "abc"});
}

// -- the scenarios ------------------------------------------------------------

bool descriptors_file(caf::actor_system& sys) {
  const auto folder = temp_folder{};
  const auto file = folder.write("token", "abc");
  auto what = no_descriptors{};
  return endure(sys, bearer::file_source(sys, file), what,
                {file, "Too many open files"});
}

bool descriptors_command(caf::actor_system& sys) {
  auto what = no_descriptors{};
  return endure(sys, echo(sys), what, {program, "Too many open files"});
}

bool disk_file(caf::actor_system& sys) {
  const auto folder = temp_folder{};
  auto what = full_disk{folder.path()};
  std::printf("by %s\n", what.means());
  return endure(sys, bearer::file_source(sys, what.file()), what,
                {what.file()});
}

bool memory_file(caf::actor_system& sys) {
  const auto folder = temp_folder{};
  const auto file = folder.write("token", "abc");
  auto options = bearer::file_source_options{};
  options.max_size = bearer::file_source_options::max_max_size;
  auto what = no_memory{4};
  return endure(sys, bearer::file_source(sys, file, options), what,
                {file, "allocate memory"});
}

bool memory_command(caf::actor_system& sys) {
  auto options = bearer::command_source_options{};
  options.max_output = bearer::command_source_options::max_max_output;
  auto what = no_memory{4};
  return endure(sys, bearer::command_source(sys, {program, "abc"}, options),
                what, {program, "allocate memory"});
}

/// Not even a stack.
bool memory_function(caf::actor_system& sys) {
  auto what = no_memory{0};
  return endure(sys, bearer::function_source(sys, some_token), what,
                {"cannot start a thread"});
}

bool threads_function(caf::actor_system& sys) {
  auto what = no_threads{};
  return endure(sys, bearer::function_source(sys, some_token), what,
                {"cannot start a thread"});
}

bool threads_command(caf::actor_system& sys) {
  auto what = no_threads{};
  return endure(sys, echo(sys), what, {"cannot start a thread"});
}

/// A thread may start, the program may not.
bool processes_command(caf::actor_system& sys) {
  auto what = no_threads{1};
  return endure(sys, echo(sys), what, {program, "temporarily unavailable"});
}

int run(const std::string& name) {
  using scenario = bool (*)(caf::actor_system&);
  static const auto all = std::map<std::string, scenario>{
    {"descriptors-file", descriptors_file},
    {"descriptors-command", descriptors_command},
    {"disk-file", disk_file},
    {"memory-file", memory_file},
    {"memory-command", memory_command},
    {"memory-function", memory_function},
    {"threads-function", threads_function},
    {"threads-command", threads_command},
    {"processes-command", processes_command},
  };
  const auto what = all.at(name);
  // Before there are threads.
  if ((name.starts_with("threads") || name.starts_with("processes"))
      && !become_nobody()) {
    std::puts("skipped: whose limit binds others as well cannot set it");
    return skipped;
  }
  if (name.starts_with("memory"))
    keep_no_memory();
  if (name.starts_with("disk"))
    bearer::test::own_mounts();
  bearer::init_global_meta_objects();
  auto config = caf::actor_system_config{};
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
  } catch (const std::exception& ex) {
    std::fprintf(stderr, "exhaustion: %s\n", ex.what());
    return EXIT_FAILURE;
  }
}
