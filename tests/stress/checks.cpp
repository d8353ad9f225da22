#include "checks.hpp"

#include <map>

namespace stress {

namespace {

/// What memory may grow by in the time measured: allocators need some room to
/// settle in. A leak of a token per fetch is a hundred times as much.
constexpr double growth_kib = 4 * 1'024;
constexpr double growth_part = 0.05;

/// What comes and goes with the moment: calls of functions, processes,
/// connections.
constexpr double thread_growth = 10;
constexpr double descriptor_growth = 20;

station_report report_of(const station& what) {
  const auto& counts = what.counts();
  auto result = station_report{};
  result.kind = what.kind();
  result.bearers = counts.bearers;
  result.tokens = counts.tokens;
  result.fast_reads = counts.fast_reads;
  result.expired_tokens = counts.expired;
  result.renewals = counts.renewals;
  result.rejections = counts.rejections;
  result.attempts = counts.attempts;
  result.failed_attempts = counts.failures;
  result.faults = counts.failures_by_error();
  return result;
}

std::vector<station_report> report_stations(const world& in) {
  auto result = std::vector<station_report>{};
  for (const auto& one : in.stations)
    result.push_back(report_of(*one));
  return result;
}

/// Names the kinds none of whose stations has any of what is counted.
std::string kinds_without(std::uint64_t station_report::*what,
                          const std::vector<station_report>& stations) {
  auto sums = std::map<std::string, std::uint64_t>{};
  for (const auto& one : stations)
    sums[one.kind] += one.*what;
  auto result = std::string{};
  for (const auto& [kind, sum] : sums)
    if (sum == 0)
      result += (result.empty() ? "" : ", ") + kind;
  return result;
}

/// What is to be known about tokens that came too late: the machine can be the
/// reason, which is no excuse, but an explanation.
std::string lateness(const report& of) {
  auto result = std::string{};
  for (const auto& one : of.stations)
    if (one.expired_tokens > 0)
      result += std::to_string(one.expired_tokens) + " of " + one.kind + ", ";
  return result + "at most by " + std::to_string(-of.least_left_ms)
         + " ms; the machine stood still for "
         + std::to_string(of.longest_stall_ms)
         + " ms and set its wall clock by "
         + std::to_string(of.largest_clock_step_ms) + " ms, at most";
}

} // namespace

void note_figures(report& to, const world& in, const supervisor& seen) {
  const auto& found = in.found;
  const auto& history = seen.history();
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
  to.stations = report_stations(in);
  to.memory_mib = history.memory_kib() / 1'024;
  to.peak_memory_mib = history.peak().memory_kib / 1'024;
  to.memory_slope_kib_per_s = history.memory_slope();
  to.threads.peak = history.peak().threads;
  to.threads.growth = history.growth_of_threads();
  to.descriptors.peak = history.peak().descriptors;
  to.descriptors.growth = history.growth_of_descriptors();
}

void check_answers(report& to, const world& in, const supervisor& seen) {
  const auto& found = in.found;
  to.expect(found.tokens > 0 && found.fast_reads > 0, "tokens were got");
  to.expect(found.expired == 0, "no expired token", lateness(to));
  to.expect(found.rejected == 0, "no rejected token");
  to.expect(found.foreign == 0, "no token without expiry");
  to.expect(found.disorder == 0, "events in order");
  to.expect(found.unexpected().empty(), "no unexpected error",
            found.unexpected());
  to.expect(seen.disagreement().empty(), "counters agree", seen.disagreement());
}

void check_growth(report& to, const resource_history& seen) {
  const auto grown = seen.memory_slope() * seen.length();
  to.expect(grown < growth_kib + growth_part * seen.memory_kib(), "memory flat",
            std::to_string(grown) + " KiB more");
  to.expect(seen.growth_of_threads() < thread_growth, "threads steady",
            std::to_string(seen.growth_of_threads()) + " more");
  to.expect(seen.growth_of_descriptors() < descriptor_growth,
            "descriptors steady",
            std::to_string(seen.growth_of_descriptors()) + " more");
}

std::string idle_kinds(const world& in) {
  const auto stations = report_stations(in);
  auto result = kinds_without(&station_report::renewals, stations);
  if (result.empty())
    result = kinds_without(&station_report::failed_attempts, stations);
  return result;
}

void check_kinds(report& to) {
  auto check = [&to](std::uint64_t station_report::*what, const char* name) {
    const auto dead = kinds_without(what, to.stations);
    to.expect(dead.empty(), name, dead);
  };
  check(&station_report::tokens, "every kind of sources gives tokens");
  check(&station_report::renewals, "every kind of sources renews tokens");
  check(&station_report::failed_attempts, "every kind of sources fails");
}

} // namespace stress
