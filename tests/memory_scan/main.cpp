/// Searches the memory of this process for the secret of a token: it must be
/// found while the token lives, and nowhere after its last copy has died.
///
/// Usage: memory-scan SCENARIO

#include <bearer/bearer.hpp>
#include <bearer/meta_objects.hpp>
#include <bearer/reader.hpp>
#include <bearer/receiver.hpp>

#include "support/eventually.hpp"
#include "support/temp_folder.hpp"

#include <caf/actor_registry.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scoped_actor.hpp>

#include "scan.hpp"
#include "scenario.hpp"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <string_view>

namespace {

using namespace std::chrono_literals;
using namespace memory_scan;

using places = std::vector<std::string>;

void print(const char* when, const places& found) {
  std::printf("%s: %s\n", when, found.empty() ? "nowhere" : "");
  for (const auto& one : found)
    std::printf("  %s\n", one.c_str());
}

bool expect(bool holds, const std::string& what) {
  if (!holds)
    std::printf("FAILED: %s\n", what.c_str());
  return holds;
}

/// What came of the first fetch.
struct finding {
  /// Where the token was found while it was there.
  places found;

  std::string error;
};

/// Gets the token in all ways there are, rejects it, and keeps none.
finding use(caf::actor_system& sys, const bearer::handle& tokens,
            const needle& secret) {
  auto self = caf::scoped_actor{sys};
  auto options = bearer::fetch_options{};
  options.report_error = true;
  auto result = finding{};
  const auto receiver = tokens.receiver();
  bearer::fetch(self.ptr(), receiver, options)
    .receive([&](
               const bearer::token&) { result.found = find_in_memory(secret); },
             [&](const caf::error& err) {
               result.error = to_string(err);
               std::printf("no token: %s\n", result.error.c_str());
             });
  auto reader = tokens.reader();
  if (const auto* tok = reader.read(); tok != nullptr && tokens.fetch())
    reader.reject();
  // Nothing but the same token can come after that.
  if (auto again = tokens.fetch(options); !again)
    std::printf("the next attempt: %s\n", to_string(again.error()).c_str());
  tokens.stop();
  return result;
}

/// Threads and actors take a moment to end.
places find_after_the_end(const needle& secret, std::size_t expected) {
  auto found = places{};
  bearer::test::eventually([&] {
    found = find_in_memory(secret);
    return found.size() <= expected;
  });
  return found;
}

bool run(caf::actor_system& sys, const scenario& what) {
  const auto secret = needle{};
  const auto folder = bearer::test::temp_folder{};
  const auto running = sys.registry().running();
  auto settings = bearer::renewal_settings{};
  // So that a rejection leads to another attempt soon.
  settings.initial_retry_timeout = 20ms;
  auto tokens = bearer::spawn(sys, what.make_source(sys, secret, folder.path()),
                              settings);
  if (!tokens) {
    std::printf("cannot spawn: %s\n", to_string(tokens.error()).c_str());
    return false;
  }
  if (*what.not_ours != '\0')
    std::printf("not ours to wipe: %s\n", what.not_ours);
  const auto before = find_in_memory(secret);
  print("before the first fetch", before);
  const auto alive = use(sys, *tokens, secret);
  print("while the token lives", alive.found);
  // A static source has it from the start; environ has it for ever.
  const auto is_static = std::string_view{what.name} == "static";
  *tokens = bearer::handle{};
  sys.registry().await_running_count_equal(running);
  const auto left = is_static ? 0 : before.size();
  const auto after = find_after_the_end(secret, left);
  print("after the last copy", after);
  const auto fails = *what.error != '\0';
  auto result = expect(before.empty() != what.there_before,
                       "the secret is where it should not be yet, or not where "
                       "it should be");
  result &= expect(fails == alive.found.empty(),
                   "the search finds nothing, not even what is there, or what "
                   "is not there");
  result &= expect(fails ? alive.error.find(what.error) != std::string::npos
                         : alive.error.empty(),
                   "the first fetch does not end as it should");
  result &= expect(is_static ? after.empty() : after == before,
                   "the secret outlives its last copy");
  return result;
}

const scenario* find_scenario(std::string_view name) {
  for (const auto& one : all_scenarios())
    if (one.name == name)
      return &one;
  return nullptr;
}

} // namespace

int main(int argc, char** argv) {
  const auto* what = argc == 2 ? find_scenario(argv[1]) : nullptr;
  if (what == nullptr) {
    std::fputs("usage: memory-scan SCENARIO\n", stderr);
    return EXIT_FAILURE;
  }
  try {
    bearer::init_global_meta_objects();
    auto config = caf::actor_system_config{};
    auto sys = caf::actor_system{config};
    return run(sys, *what) ? EXIT_SUCCESS : EXIT_FAILURE;
  } catch (const std::exception& ex) {
    std::fprintf(stderr, "memory-scan: %s\n", ex.what());
    return EXIT_FAILURE;
  }
}
