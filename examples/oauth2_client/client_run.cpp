#include "client_run.hpp"

#include <bearer/actors.hpp>
#include <bearer/bearer.hpp>
#include <bearer/detail/caf_compat.hpp>
#include <bearer/source/oauth2_source.hpp>

#include <caf/exit_reason.hpp>
#include <caf/send.hpp>

#include <stdexcept>
#include <utility>

namespace oauth2_client {

namespace {

using namespace std::chrono_literals;

using steady = std::chrono::steady_clock;

bearer::handle spawn_bearer(caf::actor_system& sys,
                            const bearer::oauth2::options& server,
                            const bearer::renewal_settings& settings) {
  auto result = bearer::spawn(sys, bearer::oauth2_source(sys, server),
                              settings);
  if (!result)
    throw std::runtime_error(to_string(result.error()));
  return std::move(*result);
}

} // namespace

client_run::client_run(caf::actor_system& sys,
                       const bearer::oauth2::options& server,
                       const bearer::renewal_settings& settings, load what,
                       caf::timespan total)
  : start_(steady::now()),
    grace_(settings.refresh_request_timeout),
    work_(std::make_shared<shared_work>(spawn_bearer(sys, server, settings),
                                        std::move(what))),
    timeline_(example::spawn_timeline(sys, caf::make_timestamp(), total)) {
  // Before the first fetch, so that the timeline is complete.
  work_->tokens.subscribe(timeline_.listener);
  for (auto i = std::uint32_t{0}; i < work_->what.concurrency; ++i)
    requesters_.push_back(spawn_requester(sys, work_));
}

client_run::~client_run() {
  // They would keep the actor system from ending.
  kill_requesters();
  caf::anon_send_exit(timeline_.display, caf::exit_reason::kill);
}

example::awakening client_run::wait_until(caf::timespan passed) {
  return example::sleep_until(start_ + passed);
}

run_result client_run::finish() {
  work_->left.end();
  for (const auto& requester : requesters_)
    bearer::detail::anon_mail(requester, bearer::stop_atom_v);
  wait_for_requests();
  auto result = run_result{};
  result.duration = steady::now() - start_;
  // As long as an attempt may take: what is under way may be the rotation of
  // the refresh token, and the next run needs the new one.
  work_->tokens.close(grace_);
  result.events = example::finish(timeline_);
  result.requests = work_->left.taken();
  result.clients = work_->results.total();
  result.bearer = work_->tokens.status();
  return result;
}

/// Those under way have a deadline, but nobody who presses Ctrl-C waits for it.
void client_run::wait_for_requests() {
  const auto count = requesters_.size();
  if (!work_->results.wait_for(count, 0s))
    example::sleep_until(steady::now() + work_->tokens.fetch_timeout() + 10s);
  if (work_->results.wait_for(count, 0s))
    return;
  work_->tokens.stop();
  if (!work_->results.wait_for(count, 5s))
    kill_requesters();
}

void client_run::kill_requesters() {
  for (const auto& requester : requesters_)
    caf::anon_send_exit(requester, caf::exit_reason::kill);
}

} // namespace oauth2_client
