#include "support/program.hpp"

#include "support/real_time.hpp"

#include <rapidjson/document.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace bearer::test {

namespace {

std::string content_of(const std::string& path) {
  auto in = std::ifstream{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

/// Throws if there is no such number.
rapidjson::Value number_in(const std::string& out, const char* name,
                           rapidjson::Document& json) {
  auto lines = std::string_view{out};
  if (lines.ends_with('\n'))
    lines.remove_suffix(1);
  const auto line = std::string{lines.substr(lines.rfind('\n') + 1)};
  if (json.Parse(line.c_str()).HasParseError() || !json.IsObject()
      || !json.HasMember(name) || !json[name].IsNumber())
    throw std::runtime_error("no number " + std::string{name} + " in " + line);
  return std::move(json[name]);
}

} // namespace

std::uint64_t program_outcome::operator[](const char* name) const {
  auto json = rapidjson::Document{};
  return number_in(out, name, json).GetUint64();
}

double program_outcome::fraction(const char* name) const {
  auto json = rapidjson::Document{};
  return number_in(out, name, json).GetDouble();
}

bool program_outcome::shows(const std::string& what) const {
  return out.find(what) != std::string::npos
         || err.find(what) != std::string::npos;
}

program::program(std::vector<std::string> command) {
  auto argv = std::vector<char*>{};
  for (auto& word : command)
    argv.push_back(word.data());
  argv.push_back(nullptr);
  const auto out = folder_.path("out");
  const auto err = folder_.path("err");
  constexpr auto flags = O_WRONLY | O_CREAT | O_TRUNC;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, out.c_str(), flags,
                                   0600);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, err.c_str(), flags,
                                   0600);
  const auto failure = posix_spawnp(&pid_, argv[0], &actions, nullptr,
                                    argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failure != 0)
    throw std::system_error(failure, std::system_category(), argv[0]);
}

program::~program() {
  kill();
}

void program::interrupt() {
  ::kill(pid_, SIGINT);
}

void program::terminate() {
  ::kill(pid_, SIGTERM);
}

void program::freeze() {
  ::kill(pid_, SIGSTOP);
}

void program::thaw() {
  ::kill(pid_, SIGCONT);
}

void program::kill() {
  if (pid_ == 0)
    return;
  ::kill(pid_, SIGKILL);
  wait();
}

std::string program::output() const {
  return content_of(folder_.path("out"));
}

std::size_t program::count(const std::string& what) const {
  const auto text = output();
  auto result = std::size_t{0};
  for (auto at = text.find(what); at != std::string::npos;
       at = text.find(what, at + what.size()))
    ++result;
  return result;
}

bool program::says(const std::string& what, std::size_t times) const {
  const auto end = std::chrono::steady_clock::now() + patience;
  while (count(what) < times) {
    if (std::chrono::steady_clock::now() > end)
      return false;
    std::this_thread::sleep_for(std::chrono::milliseconds{5});
  }
  return true;
}

program_outcome program::wait() {
  auto status = 0;
  while (waitpid(pid_, &status, 0) < 0)
    if (errno != EINTR)
      throw std::system_error(errno, std::system_category(), "waitpid");
  pid_ = 0;
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1,
          content_of(folder_.path("out")), content_of(folder_.path("err"))};
}

} // namespace bearer::test
