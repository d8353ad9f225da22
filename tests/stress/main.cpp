/// Everything at once, for as long as one likes: thousands of receivers that
/// fetch, over sources that misbehave in every way, with rejections, callers
/// killed while they wait, subscribers that come and go, and bearers that are
/// stopped, closed and replaced. Checks that no answer is lost, nothing bad is
/// handed out, no kind of sources is dead, nothing grows, and everything ends.
///
/// Prints the figures as one line of JSON, and writes them to a file as well if
/// one is named; checks that failed name themselves.

#include <bearer/meta_objects.hpp>

#include "support/showed_help.hpp"

#include <caf/actor_registry.hpp>
#include <caf/actor_system.hpp>

#include "checks.hpp"
#include "config.hpp"
#include "districts.hpp"
#include "report.hpp"
#include "stall_watch.hpp"
#include "supervisor.hpp"

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <future>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include <unistd.h>

namespace {

using namespace std::chrono_literals;
using namespace stress;

using districts = std::vector<std::unique_ptr<district>>;
using steady = std::chrono::steady_clock;

// -- limits -------------------------------------------------------------------

/// More than the library promises, which is a second, because machines have
/// better things to do at times. The report tells how long it took.
constexpr auto shutdown_limit = 5s;

/// Of the end of bearers: their actors have nobody to wait for.
constexpr auto bearers_limit = 5s;

/// Of the fetches under way: that of the longest one, and some more.
constexpr auto answers_limit = 10s;

/// Functions that nobody waits for any more go on for up to 2.3 s.
constexpr auto threads_limit = 10s;

/// How much longer the world may go on than it was asked to, for all kinds of
/// sources to have done what they do, which is a matter of luck.
constexpr auto extension_seconds = 20;

// -----------------------------------------------------------------------------

std::atomic<bool> interrupted = false;

double milliseconds_since(steady::time_point start) {
  return std::chrono::duration<double, std::milli>{steady::now() - start}
    .count();
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

/// @returns how long it took, in milliseconds.
template <class Predicate>
double wait_until(Predicate holds, std::chrono::seconds limit) {
  const auto start = steady::now();
  while (!holds() && steady::now() - start < limit)
    std::this_thread::sleep_for(10ms);
  return milliseconds_since(start);
}

/// Prints what is known so far and ends the program, which cannot come to an
/// end by itself.
[[noreturn]] void give_up(report& what, const char* check) {
  what.expect(false, check);
  what.publish();
  std::_Exit(EXIT_FAILURE);
}

/// Does something that ends; gives up if that takes for ever.
/// @returns how long it took, in milliseconds.
template <class End>
double end_in_time(End end, report& result, const char* check) {
  const auto start = steady::now();
  auto ended = std::promise<void>{};
  auto watch = std::thread{[&, waiting = ended.get_future()] {
    if (waiting.wait_for(shutdown_limit) != std::future_status::ready)
      give_up(result, check);
  }};
  end();
  ended.set_value();
  watch.join();
  return milliseconds_since(start);
}

/// Whether the world goes on.
bool has_time(const supervisor& at, const world& in, const config& settings) {
  const auto left = settings.duration - at.seconds();
  return !interrupted
         && (left > 0
             || (left > -extension_seconds && !idle_kinds(in).empty()));
}

/// The life of the world, and what is to be said of it.
void live(caf::actor_system& sys, world& in, const districts& around,
          const config& settings, report& result) {
  auto all = supervisor{sys, in, settings.receivers};
  auto stalls = stall_watch{};
  while (has_time(all, in, settings)) {
    all.tick();
    for (const auto& one : around)
      one->tick();
    show_progress(all, in, settings);
    stalls.sleep(50ms);
  }
  result.seconds = all.seconds();
  result.longest_stall_ms = stalls.longest_stall();
  result.largest_clock_step_ms = stalls.largest_step();
  const auto start = steady::now();
  const auto answered = all.finish(
    answers_limit + std::chrono::ceil<std::chrono::seconds>(in.longest_pause));
  result.answers_ms = milliseconds_since(start);
  note_figures(result, in, all);
  check_answers(result, in, all);
  check_growth(result, all.history());
  if (!interrupted)
    check_kinds(result);
  if (!answered)
    give_up(result, "every fetch answered");
}

void run(caf::actor_system& sys, const districts& around,
         const config& settings, report& result) {
  const auto before = sys.registry().running();
  auto all = world{settings};
  for (const auto& one : around)
    one->found(sys, all);
  live(sys, all, around, settings, result);
  // Whatever they are doing.
  all.stations.clear();
  result.bearers_end_ms = wait_until(
    [&] { return sys.registry().running() <= before; }, bearers_limit);
  result.actors_left = static_cast<double>(sys.registry().running())
                       - double(before);
  result.expect(result.actors_left <= 0, "no actor left");
}

/// @returns whether everything around the world worked until the end.
bool end_all(const districts& around) {
  auto worked = true;
  for (const auto& one : around)
    worked = one->end() && worked;
  return worked;
}

void check_leftovers(report& to, const resources& before) {
  to.last_threads_end_ms = wait_until(
    [&] { return resources_now(0).threads <= before.threads; }, threads_limit);
  const auto after = resources_now(0);
  to.threads.start = before.threads;
  to.threads.end = after.threads;
  to.expect(after.threads <= before.threads, "no thread left");
  to.descriptors.start = before.descriptors;
  to.descriptors.end = after.descriptors;
  to.expect(after.descriptors <= before.descriptors, "no descriptor left");
}

int run(config& settings) {
  auto result = report{};
  result.receivers = settings.receivers;
  result.seed = settings.seed;
  result.file = settings.report_file;
  // ThreadSanitizer has a thread of its own, which comes with the first one.
  std::thread{[] { /* nop */ }}.join();
  const auto before = resources_now(0);
  const auto around = make_districts(settings.seed);
  // CAF 0.18.7 insists that the thread ends it that made it.
  auto sys = std::make_unique<caf::actor_system>(settings);
  run(*sys, around, settings, result);
  result.shutdown_ms = end_in_time([&] { sys.reset(); }, result,
                                   "shutdown in time");
  auto worked = true;
  result.surroundings_end_ms = end_in_time([&] { worked = end_all(around); },
                                           result, "surroundings end in time");
  result.expect(worked, "what is around the bearers worked");
  check_leftovers(result, before);
  if (isatty(STDOUT_FILENO) == 1)
    std::puts("");
  result.publish();
  return result.failed.empty() ? EXIT_SUCCESS : EXIT_FAILURE;
}

} // namespace

int main(int argc, char** argv) {
  std::signal(SIGINT, [](int) { interrupted = true; });
  bearer::init_global_meta_objects();
  try {
    auto settings = config{};
    prepare_for_districts(settings);
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
