#include <bearer/source/command_source.hpp>
#include <bearer/source/file_source.hpp>
#include <bearer/source/function_source.hpp>

#include "support/temp_folder.hpp"

#include "endure.hpp"
#include "scenarios.hpp"

#include <cstdio>
#include <string>

namespace exhaustion {

namespace {

using bearer::test::temp_folder;

bearer::token some_token() {
  auto result = bearer::token{};
  result.access_token = bearer::secret{"abc"};
  return result;
}

const std::string program = "/bin/echo";

caf::expected<bearer::any_source> echo(caf::actor_system& sys) {
  return bearer::command_source(sys, {program, "abc"});
}

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

} // namespace

scenarios local_scenarios() {
  return {
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
}

} // namespace exhaustion
