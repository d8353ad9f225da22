/// Plays whoever rotates a token file in real life, and not always well. Runs
/// until its standard input is closed, so that it ends with the stress program
/// however that ends.
///
/// Usage: stress-rotator FILE SEED

#include "issuer.hpp"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <ios>
#include <random>
#include <string>
#include <string_view>
#include <system_error>

#include <poll.h>
#include <unistd.h>

namespace {

using namespace std::chrono_literals;
using namespace stress;

using std::chrono::milliseconds;

constexpr conduct faults[] = {
  conduct::revoked, conduct::expired, conduct::garbage,
  conduct::empty,   conduct::missing, conduct::half_written,
};

/// How long a fault lasts, and how long a good token stays: much shorter than
/// it lives.
constexpr auto fault_period = 400ms;
constexpr auto good_period = 1'500ms;

void write(const std::filesystem::path& file, std::string_view text) {
  auto out = std::ofstream{};
  out.exceptions(std::ios::badbit | std::ios::failbit);
  out.open(file, std::ios::binary | std::ios::trunc);
  out << text;
  out.close();
}

/// Readers see the old content or the new one, never a part.
void replace(const std::filesystem::path& file, std::string_view text) {
  auto fresh = file;
  fresh += ".new";
  write(fresh, text);
  std::filesystem::rename(fresh, file);
}

/// Sleeps.
/// @returns false as soon as the standard input is closed.
bool pause(milliseconds how_long) {
  auto input = pollfd{STDIN_FILENO, POLLIN, 0};
  const auto ready = poll(&input, 1, static_cast<int>(how_long.count()));
  if (ready < 0 && errno != EINTR)
    throw std::system_error(errno, std::system_category(), "poll");
  return ready <= 0;
}

template <class Random>
void perform(const std::filesystem::path& file, conduct how, Random& random) {
  const auto text = next_token_json(random, how);
  switch (how) {
    case conduct::garbage:
      return replace(file, "<html><h1>502 Bad Gateway</h1></html>\n");
    case conduct::empty:
      return replace(file, "");
    case conduct::missing:
      std::filesystem::remove(file);
      return;
    case conduct::half_written:
      // In place, as by a writer that died.
      return write(file, std::string_view{text}.substr(0, text.size() / 2));
    default:
      return replace(file, text);
  }
}

void run(const std::filesystem::path& file, unsigned seed) {
  auto random = std::mt19937_64{seed};
  for (;;) {
    const auto how = next_conduct(random, faults);
    perform(file, how, random);
    if (!pause(how == conduct::good ? good_period : fault_period))
      return;
  }
}

} // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fputs("usage: stress-rotator FILE SEED\n", stderr);
    return EXIT_FAILURE;
  }
  try {
    run(argv[1], static_cast<unsigned>(std::stoul(argv[2])));
    return EXIT_SUCCESS;
  } catch (const std::exception& ex) {
    std::fprintf(stderr, "stress-rotator: %s\n", ex.what());
    return EXIT_FAILURE;
  }
}
