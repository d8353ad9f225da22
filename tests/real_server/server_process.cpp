#include "server_process.hpp"

#include "support/real_time.hpp"

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <stdexcept>
#include <utility>

#include <poll.h>

namespace bearer::test {

namespace {

using steady_clock = std::chrono::steady_clock;

/// Below the ports that the kernel gives to anybody, so that the port is still
/// free when the server comes back.
std::uint16_t any_port() {
  static auto dice = std::mt19937{std::random_device{}()};
  return std::uniform_int_distribution<std::uint16_t>{20'000, 32'000}(dice);
}

} // namespace

void require_file(const std::string& path) {
  if (std::filesystem::exists(path))
    return;
  const auto what = "no " + path
                    + " here, which libbearer/cmake/install-dependencies.sh "
                      "provides";
  if (std::getenv("CI") != nullptr)
    FAIL(what + ": with CI set nothing is skipped");
  SKIP(what);
}

server_process::server_process(http_fixture& http, std::string ca_file,
                               preparation prepare)
  : http_(http), ca_file_(std::move(ca_file)), prepare_(std::move(prepare)) {
  // A port that is somebody's ends the server. Whoever has it has no
  // certificate of this authority, hence is not taken for it.
  for (auto tries = 0; tries < 20; ++tries) {
    port_ = any_port();
    launch();
    if (comes_up())
      return;
  }
  restart();
}

std::string server_process::url(std::string_view path) const {
  return "https://127.0.0.1:" + std::to_string(port_) + std::string{path};
}

void server_process::kill() {
  process_.reset();
}

void server_process::restart() {
  launch();
  if (comes_up())
    return;
  auto said = std::string(4096, '\0');
  const auto count = ::read(process_->err.get(), said.data(), said.size());
  said.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
  throw std::runtime_error("the server does not start: " + said);
}

void server_process::launch() {
  // The kernel ends it with this program, should that be killed.
  auto argv = std::vector<std::string>{"setpriv", "--pdeathsig", "KILL"};
  for (auto& argument : prepare_(*this))
    argv.push_back(std::move(argument));
  auto started = detail::start_process(argv, std::nullopt);
  if (!started)
    throw std::runtime_error(to_string(started.error()));
  process_.emplace(std::move(*started));
}

/// @returns false if it has ended.
bool server_process::comes_up() {
  const auto deadline = steady_clock::now() + patience;
  while (!answers()) {
    auto its_end = pollfd{process_->end.get(), POLLIN, 0};
    ::poll(&its_end, 1, 5);
    if (process_->has_ended())
      return false;
    if (steady_clock::now() > deadline)
      throw std::runtime_error("the server does not answer at " + url());
  }
  return true;
}

bool server_process::answers() {
  auto question = get_request(url("/"));
  question.connection.ca_file = ca_file_;
  question.timeout = std::chrono::seconds{2};
  return static_cast<bool>(http_.send(question));
}

} // namespace bearer::test
