#include "report.hpp"

#include "support/json_object.hpp"

#include <caf/timespan.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace token_node {

namespace {

std::uint64_t max_staleness_ms(const run_result& run) {
  auto result = caf::timespan::zero();
  if (run.events)
    for (const auto& [count, when] : run.clients.last_given) {
      const auto end = run.events->ended_at.find(count);
      if (end != run.events->ended_at.end())
        result = std::max<caf::timespan>(result, when - end->second);
    }
  const auto ms = std::chrono::ceil<std::chrono::milliseconds>(result);
  return static_cast<std::uint64_t>(ms.count());
}

} // namespace

std::string json_line(const run_result& run) {
  const auto attempts = run.bearer.attempts;
  return example::json_object{}
    .add("fetches", run.clients.fetches() + run.stuck_clients)
    .add("lost", run.lost())
    .add("local_hits", run.bearer.fetches.hits)
    .add("remote_calls", run.is_owner ? 0 : attempts)
    .add("source_calls", run.is_owner ? attempts : 0)
    .add("reconnects", run.events ? run.events->reconnects : 0)
    .add("expired_served", run.clients.expired)
    .add("rejected_served", run.clients.rejected)
    .add("older_served", run.clients.older)
    .add("max_staleness_ms", max_staleness_ms(run))
    .text();
}

const char* report_help() noexcept {
  return R"(the last line of the output is a JSON object of numbers:

  fetches           answered or lost; without those that the end cut short
  lost              got no answer, or an error that is not due to the end
  local_hits        answered without waiting, from what this node had
  remote_calls      attempts of a replica, in each of which it asks its owner,
                    mostly once, or tries to reach one; 0 at an owner
  source_calls      attempts of an owner, each of them one call of its source;
                    0 at a replica, whatever its fallback does
  reconnects        successful attempts of a replica behind at least one that
                    failed because no owner could be reached, the first
                    connection included; with a fallback, such attempts as
                    failed because neither had a token
  expired_served    tokens whose expires_at had passed already when the fetch
                    began that got them; those that expired between their way
                    out and their arrival are not told from others
  rejected_served   tokens that came to the client which had rejected them
                    before its fetch began, see --reject-every
  older_served      tokens that came to a client which had got a newer one
                    before its fetch began
  max_staleness_ms  the longest that a token still arrived after this node's
                    bearer had published a newer one, had learned of its
                    rejection, or had withdrawn it; the time that news takes
                    from another node to this one is not in it

the exit status is 0 only if none was lost, none expired, rejected or older was
served and, if there were receivers, some got a token; 2 if the arguments make
no sense)";
}

} // namespace token_node
