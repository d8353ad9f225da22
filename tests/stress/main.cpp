/// Everything at once, for as long as one likes: thousands of receivers that
/// fetch, over sources that misbehave in every way, with rejections, callers
/// killed while they wait, subscribers that come and go, and bearers that are
/// stopped, closed and replaced. Checks that no answer is lost, nothing bad is
/// handed out, nothing grows, and everything ends.
///
/// Prints the figures as one line of JSON; checks that failed name themselves.

#include <bearer/meta_objects.hpp>

#include "support/showed_help.hpp"
#include "support/temp_folder.hpp"

#include <caf/actor_registry.hpp>
#include <caf/actor_system.hpp>

#include "config.hpp"
#include "report.hpp"
#include "rotator_process.hpp"
#include "sources.hpp"
#include "supervisor.hpp"

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <unistd.h>

namespace {

using namespace std::chrono_literals;
using namespace stress;

using steady = std::chrono::steady_clock;

/// Far more than an end takes, even on a machine that has better things to do.
constexpr auto patience = 30s;

/// What memory may grow by in the time measured: allocators need some room to
/// settle in. A leak of a token per fetch is a hundred times as much.
constexpr double growth_kib = 4 * 1'024;
constexpr double growth_part = 0.05;

/// What comes and goes with the moment: calls of functions, processes.
constexpr double thread_growth = 10;
constexpr double descriptor_growth = 20;

std::atomic<bool> interrupted = false;

/// The bearers of the world: for each kind of source some.
void found_stations(caf::actor_system& sys, world& in,
                    const std::vector<std::string>& files) {
  auto add = [&in](station::spawner spawn) {
    in.stations.push_back(std::make_unique<station>(std::move(spawn)));
  };
  for (const auto& file : files)
    add([&sys, file] { return spawn_over_file(sys, file); });
  for (auto i = 0; i < 2; ++i)
    add([&sys] { return spawn_over_command(sys); });
  // Numbers the functions, so that they do not all do the same.
  auto serial = std::make_shared<std::uint64_t>(in.seed * 1'000'039);
  for (auto i = 0; i < 3; ++i)
    add([&sys, serial] { return spawn_over_function(sys, ++*serial); });
  add([&sys, serial] { return spawn_over_bearer(sys, ++*serial); });
}

void show_progress(const supervisor& at, const world& in,
                   const config& settings) {
  if (isatty(STDOUT_FILENO) != 1)
    return;
  std::printf("\r\x1b[K%5.0f of %u s  %llu fetches, %llu fast reads, %llu "
              "bearers",
              at.seconds(), settings.duration,
              static_cast<unsigned long long>(in.found.fetches),
              static_cast<unsigned long long>(in.found.fast_reads),
              static_cast<unsigned long long>(in.found.lives));
  std::fflush(stdout);
}

void note_figures(report& to, const world& in, const supervisor& seen) {
  const auto& found = in.found;
  const auto& history = seen.history();
  to.seconds = seen.seconds();
  to.fetches = found.fetches;
  to.tokens = found.tokens;
  to.fast_reads = found.fast_reads;
  to.rejections = found.rejections;
  to.callers_killed = found.victims;
  to.subscribers = found.subscribers;
  to.events = found.events;
  to.bearers = found.lives;
  to.expired_tokens = found.expired;
  to.rejected_tokens = found.rejected;
  to.least_left_ms = static_cast<double>(found.least_left) / 1e6;
  to.resident_mib = history.resident_kib() / 1'024;
  to.memory_slope_kib_per_s = history.memory_slope();
  to.most_threads = history.most_threads();
}

void check_answers(report& to, const world& in, const supervisor& seen) {
  const auto& found = in.found;
  to.expect(found.tokens > 0 && found.fast_reads > 0, "tokens were got");
  to.expect(found.expired == 0, "no expired token");
  to.expect(found.rejected == 0, "no rejected token");
  to.expect(found.foreign == 0, "no token without expiry");
  to.expect(found.disorder == 0, "events in order");
  to.expect(found.unexpected().empty(), "no unexpected error",
            found.unexpected());
  to.expect(seen.disagreement().empty(), "counters agree", seen.disagreement());
}

void check_growth(report& to, const resource_history& seen) {
  const auto grown = seen.memory_slope() * seen.length();
  to.expect(grown < growth_kib + growth_part * seen.resident_kib(),
            "memory flat", std::to_string(grown) + " KiB more");
  to.expect(seen.growth_of_threads() < thread_growth, "threads steady",
            std::to_string(seen.growth_of_threads()) + " more");
  to.expect(seen.growth_of_descriptors() < descriptor_growth,
            "descriptors steady",
            std::to_string(seen.growth_of_descriptors()) + " more");
}

template <class Predicate>
bool eventually(Predicate holds) {
  for (const auto end = steady::now() + patience; steady::now() < end;) {
    if (holds())
      return true;
    std::this_thread::sleep_for(10ms);
  }
  return holds();
}

/// Prints what is known so far and ends the program, which cannot come to an
/// end by itself.
[[noreturn]] void give_up(report& what, const char* check) {
  what.expect(false, check);
  what.print();
  std::_Exit(EXIT_FAILURE);
}

void run(caf::actor_system& sys, const config& settings,
         const std::vector<std::string>& files, report& result) {
  const auto before = sys.registry().running();
  auto all = world{settings};
  found_stations(sys, all, files);
  {
    auto live = supervisor{sys, all, settings.receivers};
    while (live.seconds() < settings.duration && !interrupted) {
      live.tick();
      show_progress(live, all, settings);
      std::this_thread::sleep_for(50ms);
    }
    const auto answered = live.finish(
      patience + std::chrono::ceil<std::chrono::seconds>(all.longest_pause));
    note_figures(result, all, live);
    check_answers(result, all, live);
    check_growth(result, live.history());
    if (!answered)
      give_up(result, "every fetch answered");
  }
  // Whatever they are doing.
  all.stations.clear();
  eventually([&] { return sys.registry().running() == before; });
  result.actors_left = static_cast<double>(sys.registry().running())
                       - double(before);
  result.expect(result.actors_left == 0, "no actor left");
}

/// Ends the actor system, in the thread that made it, which CAF 0.18.7 insists
/// on; gives up if that takes for ever.
void shut_down(std::unique_ptr<caf::actor_system> sys, report& result) {
  const auto start = steady::now();
  auto ended = std::promise<void>{};
  auto watch = std::thread{[&result, waiting = ended.get_future()] {
    if (waiting.wait_for(patience) != std::future_status::ready)
      give_up(result, "shutdown in time");
  }};
  sys.reset();
  ended.set_value();
  watch.join();
  result.shutdown_ms
    = std::chrono::duration<double, std::milli>{steady::now() - start}.count();
}

int run(config& settings) {
  auto result = report{};
  result.receivers = settings.receivers;
  result.seed = settings.seed;
  auto folder = bearer::test::temp_folder{};
  const auto files = std::vector{folder.path("token-1"),
                                 folder.path("token-2")};
  auto rotators = std::vector<rotator_process>{};
  for (const auto& file : files)
    rotators.emplace_back(file, settings.seed + rotators.size());
  const auto before = resources_now(0);
  auto sys = std::make_unique<caf::actor_system>(settings);
  run(*sys, settings, files, result);
  shut_down(std::move(sys), result);
  // Functions that nobody waits for any more still have their threads.
  result.expect(eventually(
                  [&] { return resources_now(0).threads <= before.threads; }),
                "no thread left");
  const auto after = resources_now(0);
  result.expect(after.descriptors <= before.descriptors, "no descriptor left",
                std::to_string(after.descriptors - before.descriptors));
  for (auto& one : rotators)
    result.expect(one.stop() || interrupted, "the rotators worked");
  if (isatty(STDOUT_FILENO) == 1)
    std::puts("");
  result.print();
  return result.failed.empty() ? EXIT_SUCCESS : EXIT_FAILURE;
}

} // namespace

int main(int argc, char** argv) {
  std::signal(SIGINT, [](int) { interrupted = true; });
  bearer::init_global_meta_objects();
  try {
    auto settings = config{};
    const auto err = settings.parse(argc, argv);
    if (bearer::test::showed_help(settings))
      return EXIT_SUCCESS;
    // The first one that is left is our own name.
    if (err || !settings.valid() || settings.c_args_remainder().first > 1) {
      std::fputs("stress: invalid arguments, see --help\n", stderr);
      return EXIT_FAILURE;
    }
    return run(settings);
  } catch (const std::exception& ex) {
    std::fprintf(stderr, "stress: %s\n", ex.what());
    return EXIT_FAILURE;
  }
}
