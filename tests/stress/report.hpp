#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace stress {

/// What the bearers of one station did.
struct station_report {
  std::string kind;
  std::uint64_t bearers = 0;
  std::uint64_t tokens = 0;
  std::uint64_t fast_reads = 0;
  std::uint64_t expired_tokens = 0;
  std::uint64_t renewals = 0;
  std::uint64_t rejections = 0;
  std::uint64_t attempts = 0;
  std::uint64_t failed_attempts = 0;

  /// How many attempts failed for which reason.
  std::map<std::string, std::uint64_t> faults;
};

template <class Inspector>
bool inspect(Inspector& f, station_report& x) {
  return f.object(x).fields(
    f.field("kind", x.kind), f.field("bearers", x.bearers),
    f.field("tokens", x.tokens), f.field("fast_reads", x.fast_reads),
    f.field("expired_tokens", x.expired_tokens),
    f.field("renewals", x.renewals), f.field("rejections", x.rejections),
    f.field("attempts", x.attempts),
    f.field("failed_attempts", x.failed_attempts), f.field("faults", x.faults));
}

/// One of the goods that this process has of the operating system.
struct good_report {
  /// Before there was an actor system.
  double start = 0;
  double peak = 0;

  /// After the end of everything.
  double end = 0;

  /// What the last third of the time in full swing had more than the first.
  double growth = 0;
};

template <class Inspector>
bool inspect(Inspector& f, good_report& x) {
  return f.object(x).fields(f.field("start", x.start), f.field("peak", x.peak),
                            f.field("end", x.end), f.field("growth", x.growth));
}

/// The outcome of a run: the figures, and the names of the checks that failed.
struct report {
  std::uint32_t receivers = 0;
  std::uint32_t seed = 0;
  double seconds = 0;
  std::uint64_t fetches = 0;
  std::uint64_t tokens = 0;
  std::uint64_t fast_reads = 0;
  std::uint64_t rejections = 0;
  std::uint64_t callers_killed = 0;
  std::uint64_t subscribers = 0;
  std::uint64_t events = 0;
  std::uint64_t bearers = 0;
  std::uint64_t expired_tokens = 0;
  std::uint64_t rejected_tokens = 0;
  double least_left_ms = 0;

  // What the machine did: stood still, set its wall clock.
  double longest_stall_ms = 0;
  double largest_clock_step_ms = 0;

  std::vector<station_report> stations;
  double memory_mib = 0;
  double peak_memory_mib = 0;
  double memory_slope_kib_per_s = 0;
  good_report threads;
  good_report descriptors;

  // How long the ends took: of all fetches, of all bearers, of the actor
  // system, of what was around it, and of functions that nobody waits for.
  double answers_ms = 0;
  double bearers_end_ms = 0;
  double shutdown_ms = 0;
  double surroundings_end_ms = 0;
  double last_threads_end_ms = 0;

  double actors_left = 0;
  std::vector<std::string> failed;

  /// Where to write it besides the standard output; nowhere if empty.
  std::string file;

  /// Notes that a check failed, and says so.
  void expect(bool holds, const std::string& check,
              const std::string& details = {});

  /// Writes all figures as one line of JSON.
  void publish();
};

template <class Inspector>
bool inspect(Inspector& f, report& x) {
  return f.object(x).fields(
    f.field("receivers", x.receivers), f.field("seed", x.seed),
    f.field("seconds", x.seconds), f.field("fetches", x.fetches),
    f.field("tokens", x.tokens), f.field("fast_reads", x.fast_reads),
    f.field("rejections", x.rejections),
    f.field("callers_killed", x.callers_killed),
    f.field("subscribers", x.subscribers), f.field("events", x.events),
    f.field("bearers", x.bearers), f.field("expired_tokens", x.expired_tokens),
    f.field("rejected_tokens", x.rejected_tokens),
    f.field("least_left_ms", x.least_left_ms),
    f.field("longest_stall_ms", x.longest_stall_ms),
    f.field("largest_clock_step_ms", x.largest_clock_step_ms),
    f.field("stations", x.stations), f.field("memory_mib", x.memory_mib),
    f.field("peak_memory_mib", x.peak_memory_mib),
    f.field("memory_slope_kib_per_s", x.memory_slope_kib_per_s),
    f.field("threads", x.threads), f.field("descriptors", x.descriptors),
    f.field("answers_ms", x.answers_ms),
    f.field("bearers_end_ms", x.bearers_end_ms),
    f.field("shutdown_ms", x.shutdown_ms),
    f.field("surroundings_end_ms", x.surroundings_end_ms),
    f.field("last_threads_end_ms", x.last_threads_end_ms),
    f.field("actors_left", x.actors_left), f.field("failed", x.failed));
}

} // namespace stress
