#include "summary.hpp"

#include "support/text.hpp"
#include "support/verdict.hpp"

#include <cstdint>
#include <cstdio>
#include <string>

namespace file_demo {

namespace {

using example::duration_text;
using example::number_text;
using example::row;
using example::verdict;

/// Clients that had to be killed left no tally, and at least one of them was
/// waiting for an answer.
std::string lost_text(const run_result& run) {
  const auto lost = run.clients.sent - run.clients.answered();
  return run.clients_ended ? number_text(lost)
                           : "at least " + number_text(lost + 1);
}

void print_table(const run_result& run) {
  const auto& seen = run.clients;
  const auto& counted = run.bearer.fetches;
  const auto seconds = std::chrono::duration<double>{run.duration}.count();
  std::printf("\nThe summary of %.1f seconds\n\n", seconds);
  row("fetches", seen.sent);
  row("  hits", counted.hits);
  row("  renewed (waited)", counted.renewed);
  row("  failed", counted.failed);
  row("  timed out", counted.timed_out);
  row("  a second",
      static_cast<std::uint64_t>(static_cast<double>(seen.sent) / seconds));
  row("source calls", run.bearer.attempts);
  row("  failed attempts", run.bearer.failed_attempts);
  if (run.events)
    row("tokens published", run.events->published);
  row("refused by the server", seen.refused);
  row("latency, p50", duration_text(seen.latencies.quantile(0.5)));
  row("  p99", duration_text(seen.latencies.quantile(0.99)));
  row("  longest wait", duration_text(seen.latencies.max()));
  row("expired tokens served", seen.expired);
  row("answers lost", lost_text(run));
  std::puts("");
}

/// What the clients saw, what the bearer counted and what the events told must
/// be one story.
void compare(verdict& result, const run_result& run) {
  const auto& seen = run.clients;
  const auto& counted = run.bearer.fetches;
  result.expect_equal("fetches of the clients, answers of the bearer",
                      seen.sent, counted.total());
  result.expect_equal("tokens got, hits and renewed", seen.tokens,
                      counted.hits + counted.renewed);
  result.expect_equal("timeouts seen, counted", seen.timed_out,
                      counted.timed_out);
  result.expect_equal("errors seen, counted", seen.failed,
                      counted.failed + counted.stopped);
  if (!run.events) {
    result.expect(false, "the timeline never saw the bearer's end");
    return;
  }
  result.expect_equal("attempts in the timeline, counted", run.events->attempts,
                      run.bearer.attempts);
  result.expect_equal("failed attempts in the timeline, counted",
                      run.events->failed_attempts, run.bearer.failed_attempts);
}

} // namespace

bool print_summary(const run_result& run) {
  print_table(run);
  auto result = verdict{};
  const auto& seen = run.clients;
  result.expect(run.rotator_worked, "the rotator failed");
  result.expect(seen.tokens > 0, "no client ever got a token");
  result.expect(seen.expired == 0, "expired tokens were served");
  result.expect(run.clients_ended && seen.sent == seen.answered(),
                "answers were lost: not all clients came to their end");
  result.expect(seen.unexpected.empty(), "unexpected: " + seen.unexpected);
  compare(result, run);
  if (result.good())
    std::puts("  The clients' counts, the bearer's and the timeline's agree.");
  std::fflush(stdout);
  return result.good();
}

} // namespace file_demo
