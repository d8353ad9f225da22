#include "summary.hpp"

#include "support/text.hpp"
#include "support/verdict.hpp"

#include <chrono>
#include <cstdio>

namespace demo {

namespace {

using example::duration_text;
using example::row;

void print_table(const oauth2_client::run_result& run,
                 const server_counts& server) {
  const auto& seen = run.clients;
  std::printf("\nThe summary of %.1f seconds\n\n",
              std::chrono::duration<double>{run.duration}.count());
  row("requests", run.requests);
  row("  ended well", seen.ok);
  row("  refused for good", seen.unauthorised);
  row("  failed otherwise", seen.failed);
  row("  lost", run.lost());
  row("sent more than once", seen.retried);
  row("expired tokens presented", server.expired_presented);
  row("revoked tokens presented", server.revoked_presented);
  row("wait for a token, p50", duration_text(seen.fetches.quantile(0.5)));
  row("  p99", duration_text(seen.fetches.quantile(0.99)));
  row("  longest, in the outage", duration_text(seen.fetches.max()));
  row("source calls", run.bearer.attempts);
  row("  failed attempts", run.bearer.failed_attempts);
  row("tokens issued", server.tokens_issued);
  std::puts("");
}

/// What the actors saw, what the bearer counted, what the events told and what
/// the server counted must be one story.
void compare(example::verdict& result, const oauth2_client::run_result& run,
             const server_counts& server) {
  const auto& seen = run.clients;
  result.expect_equal("source calls, token requests at the server",
                      run.bearer.attempts, server.token_requests);
  result.expect_equal("requests that ended well, served by the server", seen.ok,
                      server.resource_ok);
  result.expect_equal("tokens tried, requests at the server", seen.attempts,
                      server.resource_ok + server.resource_unauthorised);
  if (!run.events) {
    result.expect(false, "the timeline never saw the bearer's end");
    return;
  }
  result.expect_equal("attempts in the timeline, counted", run.events->attempts,
                      run.bearer.attempts);
  result.expect_equal("failed attempts in the timeline, counted",
                      run.events->failed_attempts, run.bearer.failed_attempts);
}

/// Each of the bad times must have left its traces, or nothing was shown.
void look_for_traces(example::verdict& result,
                     const oauth2_client::run_result& run,
                     const server_counts& server, const script& played) {
  result.expect(run.bearer.failed_attempts > 0,
                "no attempt ran into the outage");
  result.expect(server.revoked_presented > 0, "no token was revoked in use");
  if (!run.events)
    return;
  result.expect(run.events->rejected > 0, "no revoked token was rejected");
  result.expect(run.events->slowest_success >= played.slow,
                "no token came in the slow period");
}

} // namespace

bool print_summary(const oauth2_client::run_result& run,
                   const server_counts& server, const script* played) {
  print_table(run, server);
  const auto& seen = run.clients;
  auto result = example::verdict{};
  result.expect(run.requests > 0, "no request was made");
  result.expect(run.lost() == 0, "requests came to no end");
  result.expect(seen.ok == run.requests,
                "not every request ended well: " + seen.first_error);
  result.expect(seen.expired_served == 0, "expired tokens were served");
  result.expect(server.expired_presented == 0, "expired tokens were presented");
  compare(result, run, server);
  if (played)
    look_for_traces(result, run, server, *played);
  if (result.good())
    std::puts("  The client's counts, the bearer's, the timeline's and the "
              "server's agree.\n");
  std::fflush(stdout);
  return result.good();
}

} // namespace demo
