#pragma once

#include <bearer/handle.hpp>
#include <bearer/oauth2/options.hpp>
#include <bearer/renewal_settings.hpp>
#include <bearer/status.hpp>

#include "support/interrupts.hpp"
#include "support/timeline.hpp"

#include <caf/actor.hpp>
#include <caf/actor_system.hpp>
#include <caf/timespan.hpp>
#include <caf/timestamp.hpp>

#include "load.hpp"
#include "requester.hpp"
#include "tally.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace oauth2_client {

/// What a run leaves behind.
struct run_result {
  /// How many requests were begun, and what became of them.
  std::uint64_t requests = 0;
  tally clients;

  /// What the bearer counted, after its end.
  bearer::status bearer;

  /// What the events told, if they came to their end.
  std::optional<example::timeline_counts> events;

  caf::timespan duration{0};

  /// Requests that came to no end.
  std::uint64_t lost() const noexcept {
    return requests - clients.ended();
  }

  /// Whether there were requests, and all of them ended well.
  bool ended_well() const noexcept {
    return requests > 0 && clients.ok == requests;
  }
};

/// A bearer on an OAuth 2.0 server, actors that make requests with its tokens,
/// and a timeline of what it does.
class client_run {
public:
  /// Starts them.
  /// @param total What the timeline's progress bar leads to; zero for none.
  /// @throws std::runtime_error if options or settings make no sense.
  client_run(caf::actor_system& sys, const bearer::oauth2::options& server,
             const bearer::renewal_settings& settings, load what,
             caf::timespan total);

  client_run(const client_run&) = delete;

  client_run& operator=(const client_run&) = delete;

  ~client_run();

  /// Waits.
  /// @param passed Since the start.
  /// @returns `awakening::woken` if all requests were made before.
  example::awakening wait_until(caf::timespan passed);

  /// Adds a line to the timeline.
  void note(const std::string& whose, const std::string& text) {
    example::note(timeline_, whose, text);
  }

  /// Lets the requests under way come to their ends, unless somebody is in a
  /// hurry, and ends everything.
  run_result finish();

private:
  void wait_for_requests();
  void kill_requesters();

  std::chrono::steady_clock::time_point start_;
  caf::timespan grace_;
  std::shared_ptr<shared_work> work_;
  example::timeline timeline_;
  std::vector<caf::actor> requesters_;
};

} // namespace oauth2_client
