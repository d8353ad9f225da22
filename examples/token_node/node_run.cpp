#include "node_run.hpp"

#include <bearer/actors.hpp>
#include <bearer/detail/caf_compat.hpp>

#include <caf/exit_reason.hpp>
#include <caf/send.hpp>
#include <caf/timestamp.hpp>

#include "client.hpp"
#include "config.hpp"

#include <utility>

namespace token_node {

namespace {

using namespace std::chrono_literals;

using steady = std::chrono::steady_clock;

/// Longer than anybody runs a program.
constexpr auto for_ever = caf::timespan{24h * 365 * 100};

steady::time_point end_of(caf::timespan duration) {
  return steady::now()
         + (duration > caf::timespan::zero() ? duration : for_ever);
}

} // namespace

node_run::node_run(caf::actor_system& sys, const config& from)
  : end_(end_of(from.duration)),
    node_(sys, from),
    is_owner_(from.is_owner()),
    timeline_(
      example::spawn_timeline(sys, caf::make_timestamp(), from.duration)),
    watch_(spawn_watch(sys)),
    results_(std::make_shared<tally_collector>()) {
  // Before there is anything to hear, so that nothing is missed.
  node_.tokens().subscribe(timeline_.listener);
  node_.tokens().subscribe(watch_.listener);
  try {
    example::note(timeline_, is_owner_ ? "owner" : "replica", node_.open(from));
  } catch (...) {
    kill_all();
    throw;
  }
  for (auto i = std::uint32_t{0}; i < from.receivers; ++i) {
    // One of them is enough for the whole cluster.
    const auto habits = client_habits{from.pause, i == 0 ? from.reject_every
                                                         : caf::timespan{}};
    clients_.push_back(spawn_client(sys, node_.tokens(), habits, results_));
  }
}

node_run::~node_run() {
  // They would keep the actor system from ending.
  kill_all();
}

void node_run::kill_all() {
  for (const auto& client : clients_)
    caf::anon_send_exit(client, caf::exit_reason::kill);
  caf::anon_send_exit(watch_.hearer, caf::exit_reason::kill);
  caf::anon_send_exit(timeline_.display, caf::exit_reason::kill);
}

void node_run::wait() {
  if (example::sleep_until(end_) == example::awakening::interrupted)
    example::note(timeline_, is_owner_ ? "owner" : "replica", "interrupted");
}

run_result node_run::finish() {
  for (const auto& client : clients_)
    bearer::detail::anon_mail(client, bearer::stop_atom_v);
  // Whoever still waits is told so.
  node_.close();
  auto result = run_result{};
  result.is_owner = is_owner_;
  result.had_clients = !clients_.empty();
  // Nobody adds one twice, so that the last look tells who is missing.
  results_->wait_for(clients_.size(), 10s);
  result.stuck_clients = clients_.size() - results_->count();
  result.clients = results_->total();
  result.events = token_node::finish(watch_);
  example::finish(timeline_);
  result.bearer = node_.tokens().status();
  return result;
}

} // namespace token_node
