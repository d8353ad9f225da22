/// Plays a credential process: prints a token, or does what such programs do
/// instead.
///
/// Usage: stress-credential

#include "issuer.hpp"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <thread>

#include <unistd.h>

namespace {

using namespace std::chrono_literals;
using namespace stress;

constexpr conduct faults[] = {
  conduct::revoked, conduct::expired, conduct::slow,  conduct::hangs,
  conduct::fails,   conduct::garbage, conduct::empty, conduct::huge,
};

int fail() {
  std::fputs("credential: the server is down\n", stderr);
  return 3;
}

/// Until somebody ends it, or a pipe breaks.
int print_for_ever() {
  const auto line = std::string(4'096, 'x');
  while (std::fputs(line.c_str(), stdout) >= 0)
    continue;
  return EXIT_FAILURE;
}

template <class Random>
int print_token(Random& random, conduct how) {
  std::fputs(next_token_json(random, how).c_str(), stdout);
  return EXIT_SUCCESS;
}

} // namespace

int main() {
  auto random = std::mt19937_64{std::random_device{}()};
  const auto how = next_conduct(random, faults);
  switch (how) {
    case conduct::hangs:
      for (;;)
        pause();
    case conduct::fails:
      return fail();
    case conduct::garbage:
      std::fputs("Please enter the password:\n", stdout);
      return EXIT_SUCCESS;
    case conduct::empty:
      return EXIT_SUCCESS;
    case conduct::huge:
      return print_for_ever();
    case conduct::slow:
      std::this_thread::sleep_for(200ms);
      return print_token(random, how);
    default:
      return print_token(random, how);
  }
}
