#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace stress {

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
  double resident_mib = 0;
  double memory_slope_kib_per_s = 0;
  double most_threads = 0;
  double actors_left = 0;
  double shutdown_ms = 0;
  std::vector<std::string> failed;

  /// Notes that a check failed, and says so.
  void expect(bool holds, const std::string& check,
              const std::string& details = {});

  /// Prints all figures as one line of JSON.
  void print() const;
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
    f.field("resident_mib", x.resident_mib),
    f.field("memory_slope_kib_per_s", x.memory_slope_kib_per_s),
    f.field("most_threads", x.most_threads),
    f.field("actors_left", x.actors_left),
    f.field("shutdown_ms", x.shutdown_ms), f.field("failed", x.failed));
}

} // namespace stress
