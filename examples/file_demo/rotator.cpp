/// Plays whoever rotates a token in real life: rewrites a token file over and
/// over, and not always well. Runs until its standard input is closed, so that
/// it ends with the demo however that ends.
///
/// Usage: token-rotator FILE

#include "fake_server.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <cstddef>
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

using std::chrono::milliseconds;

/// What a step leaves in the file.
enum class content {
  nothing_yet,
  token,
  /// A token that the server will not accept.
  revoked_token,
  /// The first half of a token, as of a writer that died; not renamed into
  /// place but written there.
  truncated,
  garbage,
  empty,
};

struct step {
  content what;
  /// Of the token, if it is one.
  milliseconds lifetime;
  /// Until the next step.
  milliseconds pause;
};

/// Every fault within 15 seconds; repeated from the second step on.
constexpr auto plan = std::to_array<step>({
  {content::nothing_yet, 0ms, 300ms},
  {content::token, 3'000ms, 1'500ms},
  // The token before is still good: only the timeline shows these.
  {content::garbage, 0ms, 500ms},
  {content::token, 3'000ms, 1'200ms},
  {content::truncated, 0ms, 600ms},
  // Whoever gets it first says so, and nobody gets it any more.
  {content::revoked_token, 3'000ms, 800ms},
  // The next one comes long after this one's end.
  {content::token, 2'000ms, 3'700ms},
  // The next one is late: very little is left of this one.
  {content::token, 3'000ms, 2'300ms},
  {content::token, 3'000ms, 900ms},
  {content::empty, 0ms, 500ms},
  {content::token, 3'000ms, 1'800ms},
});

std::string random_hex() {
  auto device = std::random_device{};
  auto result = std::string{};
  for (auto i = 0; i < 32; ++i)
    result += "0123456789abcdef"[device() % 16];
  return result;
}

/// A token in the JSON form that libbearer's file source reads.
std::string make_token(std::string_view prefix, milliseconds lifetime) {
  const auto end = std::chrono::system_clock::now() + lifetime;
  const auto at = std::chrono::floor<milliseconds>(end).time_since_epoch();
  auto millis = std::to_string(at.count() % 1'000);
  millis.insert(0, 3 - millis.size(), '0');
  return "{\"token\": \"" + std::string{prefix} + random_hex()
         + "\", \"expires_at\": " + std::to_string(at.count() / 1'000) + '.'
         + millis + "}\n";
}

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

void perform(const step& what, const std::filesystem::path& file) {
  switch (what.what) {
    case content::nothing_yet:
      break;
    case content::token:
      replace(file, make_token("demo-", what.lifetime));
      break;
    case content::revoked_token:
      replace(file, make_token(file_demo::fake_server::refused_prefix,
                               what.lifetime));
      break;
    case content::truncated: {
      const auto whole = make_token("demo-", what.lifetime);
      write(file, std::string_view{whole}.substr(0, whole.size() / 2));
      break;
    }
    case content::garbage:
      replace(file, "<html><h1>502 Bad Gateway</h1></html>\n");
      break;
    case content::empty:
      replace(file, "");
      break;
  }
}

/// Sleeps.
/// @returns false as soon as the standard input is closed.
bool pause_until(std::chrono::steady_clock::time_point when) {
  for (;;) {
    const auto left = std::chrono::ceil<milliseconds>(
      when - std::chrono::steady_clock::now());
    if (left <= 0ms)
      return true;
    auto input = pollfd{STDIN_FILENO, POLLIN, 0};
    const auto ready = poll(&input, 1, static_cast<int>(left.count()));
    if (ready > 0)
      return false;
    if (ready < 0 && errno != EINTR)
      throw std::system_error(errno, std::system_category(), "poll");
  }
}

void run(const std::filesystem::path& file) {
  auto when = std::chrono::steady_clock::now();
  for (auto i = std::size_t{0};; i = i + 1 < plan.size() ? i + 1 : 1) {
    perform(plan.at(i), file);
    // From step to step, so that delays do not add up.
    when += plan.at(i).pause;
    if (!pause_until(when))
      return;
  }
}

} // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: token-rotator FILE\n", stderr);
    return EXIT_FAILURE;
  }
  try {
    run(argv[1]);
    return EXIT_SUCCESS;
  } catch (const std::exception& ex) {
    std::fprintf(stderr, "token-rotator: %s\n", ex.what());
    return EXIT_FAILURE;
  }
}
