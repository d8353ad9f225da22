#include "simulation/cluster/world.hpp"

#include <bearer/detail/caf_compat.hpp>
#include <bearer/detail/saturating.hpp>
#include <bearer/error.hpp>
#include <bearer/remote/detail/desk.hpp>
#include <bearer/remote/detail/gate.hpp>
#include <bearer/remote/detail/replica.hpp>

#include <caf/exit_reason.hpp>
#include <caf/send.hpp>

#include "simulation/callers.hpp"
#include "simulation/delivery.hpp"
#include "simulation/dice.hpp"

#include <stdexcept>
#include <string>
#include <utility>

namespace bearer::sim::cluster {

namespace {

constexpr auto owner = std::size_t{0};

/// A pass ends after so many timers.
constexpr auto longest_pass = std::size_t{60};

/// The name of a node, for replicas only.
std::size_t replica(std::size_t at) {
  const auto result = at % nodes;
  return result == owner ? 1 : result;
}

} // namespace

world::world(const scenario& what, observer tell)
  : running_before_(time_.running()),
    what_(what),
    tell_(std::move(tell)),
    plan_{} {
  start_source(owner);
  start_owner(owner);
  if (what_.with_second)
    start_source(second_owner);
  for (auto i = std::size_t{1}; i < nodes; ++i) {
    if (what_.with_fallback)
      start_source(i);
    start_replica(i);
  }
  calm_down();
}

world::~world() {
  // Whatever is still to be seen is of no interest.
  tell_ = [](std::size_t, const observation&) {};
  let_go();
}

void world::play(const step& what) {
  std::visit([this](const auto& x) { apply(x); }, what);
}

void world::calm_down(std::uint64_t choice) {
  apply(steps::settle{choice});
  for (auto i = std::size_t{0}; i < nodes_.size(); ++i)
    tell(i, seen::calm{});
}

void world::heal() {
  for (auto i = std::size_t{0}; i < nodes; ++i) {
    if (nodes_[i].ahead->count() != 0)
      apply(steps::skew{i, caf::timespan{0}});
    if (i != owner)
      apply(steps::mend{i});
    if (nodes_[i].stopped && i == owner)
      apply(steps::restart{});
    else if (nodes_[i].stopped)
      apply(steps::replace{i});
  }
  if (nodes_[second_owner].bearer)
    apply(steps::change_second{});
  plan_ = {};
  plan_.what = deed::gives_token;
}

void world::lose_first_owner(bool is_gone) {
  apply(steps::change_second{});
  if (is_gone)
    end_owner(owner);
  else
    stop(owner);
}

void world::let_go() {
  for (auto i = std::size_t{0}; i < nodes_.size(); ++i) {
    auto& it = nodes_[i];
    tell(i, seen::abandoned{});
    it.reader.reset();
    it.bearer = handle{};
    if (it.desk)
      bearer::detail::anon_mail(std::exchange(it.desk, nullptr), stop_atom_v);
  }
  network_.end();
  // May owe answers.
  for (const auto& x : nodes_)
    if (x.source)
      caf::anon_send_exit(x.source, caf::exit_reason::kill);
  time_.settle();
}

std::size_t world::timers() const {
  auto of_sources = std::size_t{0};
  for (const auto& x : nodes_)
    of_sources += x.script->delayed;
  return time_.timers() - of_sources;
}

std::size_t world::running() const {
  return time_.running() - running_before_;
}

// -- the nodes ----------------------------------------------------------------

void world::start_source(std::size_t at) {
  auto& it = nodes_[at];
  it.script->on_call = [this, at](std::size_t call, const attempt& what) {
    tell(at, seen::source_called{call, what});
  };
  it.script->on_answer = [this, at](std::size_t call, auto what) {
    tell(at, seen::source_answered{call, std::move(what)});
  };
  it.script->on_close = [](caf::timespan) {};
  it.script->plan = [this] { return plan_; };
  it.script->answer = [this, at](const steps::source& plan, const attempt&) {
    return answer(at, plan);
  };
  it.source = spawn_simulated_source(time_.sys(), it.script);
}

void world::start_owner(std::size_t at) {
  auto& it = nodes_[at];
  auto settings = what_.settings;
  settings.owns_source = false;
  start(at, spawn(time_.sys(), any_source{it.source}, settings,
                  {"owner", {}, clock_of(at)}));
  it.desk = remote::detail::spawn_desk(it.bearer);
  network_.listen(at, remote::detail::spawn_gate(time_.sys(), it.desk));
}

void world::end_owner(std::size_t at) {
  auto& it = nodes_[at];
  // Nobody at the replicas hears of what becomes of it.
  network_.lose_owner(at);
  bearer::detail::anon_mail(std::exchange(it.desk, nullptr), stop_atom_v);
  stop(at);
  calm_down();
  tell(at, seen::abandoned{});
}

void world::start_replica(std::size_t at) {
  auto config = remote::detail::link_config{};
  config.owners = {simulated_network::address_of(owner)};
  if (what_.with_second)
    config.owners.push_back(simulated_network::address_of(second_owner));
  config.way = network_.way_of(at);
  if (nodes_[at].source)
    config.fallback = any_source{nodes_[at].source};
  config.settings = what_.settings;
  config.clock = clock_of(at);
  start(at, remote::detail::assemble_replica(time_.sys(), std::move(config),
                                             {"replica", {}, clock_of(at)}));
}

void world::start(std::size_t at, caf::expected<handle> what) {
  if (!what)
    throw std::runtime_error(to_string(what.error()));
  auto& it = nodes_[at];
  it.reader.reset();
  it.bearer = std::move(*what);
  it.reader = it.bearer.reader();
  it.latest = {};
  it.stopped = false;
}

void world::stop(std::size_t at) {
  tell(at, seen::stopped{});
  nodes_[at].stopped = true;
  nodes_[at].bearer.stop();
}

wall_clock world::clock_of(std::size_t at) const {
  return [base = time_.clock(), ahead = nodes_[at].ahead] {
    return base() + *ahead;
  };
}

// -- the passing of time ------------------------------------------------------

void world::apply(const steps::deliver& what) {
  sim::deliver(time_, what);
}

void world::apply(const steps::settle& what) {
  sim::settle(time_, what);
}

void world::apply(const steps::pass& what) {
  auto random = dice{what.choice};
  calm_down(random.next());
  const auto end = time_.elapsed() + what.by;
  auto left = longest_pass;
  for (auto next = time_.next_timer(); next && *next <= end && left > 0;
       next = time_.next_timer(), --left) {
    time_.pass(std::max(*next - time_.elapsed(), caf::timespan{0}));
    calm_down(random.next());
  }
  if (left > 0)
    time_.pass(end - time_.elapsed());
  calm_down(random.next());
}

void world::apply(const steps::stall& what) {
  time_.pass(what.by);
  calm_down(what.choice);
}

// -- the sources --------------------------------------------------------------

void world::apply(const steps::source& what) {
  plan_ = what;
}

caf::expected<token> world::answer(std::size_t at, const steps::source& plan) {
  if (plan.what == deed::fails)
    return caf::make_error(errc::command_failed, "out of order");
  if (plan.what == deed::fails_for_good)
    return make_permanent(caf::make_error(errc::command_failed, "for good"));
  auto result = token{};
  auto& last = nodes_[at].last_given;
  const auto again = plan.what == deed::gives_same_again
                     && !last.access_token.empty();
  result.access_token
    = again ? last.access_token
            : secret{std::string{secret_mark} + std::to_string(++secrets_)};
  if (plan.lifetime)
    result.expires_at = bearer::detail::saturating_add(clock_of(at)(),
                                                       *plan.lifetime);
  last = result;
  return result;
}

// -- callers ------------------------------------------------------------------

void world::apply(const steps::fetch& what) {
  const auto at = what.at % nodes;
  auto opts = fetch_options{};
  opts.renew_required = what.renew_required;
  opts.report_error = what.report_error;
  opts.timeout = what.timeout;
  if (what.newer)
    opts.newer_than = nodes_[at].latest;
  spawn_fetcher(time_.sys(),
                [this, at](auto seen) { tell(at, std::move(seen)); },
                callers_++, nodes_[at].bearer, {}, {opts, opts, route::direct});
}

void world::apply(const steps::reject& what) {
  const auto at = what.at % nodes;
  const auto number = nodes_[at].latest;
  // So that it is known whether something newer was there.
  if (what_.several_sources()) {
    apply(steps::settle{0});
    apply(steps::read{at});
  }
  tell(at, seen::rejected{number, true});
  nodes_[at].bearer.reject(number);
  if (what_.several_sources())
    apply(steps::settle{0});
}

void world::apply(const steps::read& what) {
  const auto at = what.at % nodes;
  auto& by = nodes_[at];
  const auto* found = by.reader->read();
  tell(at, seen::was_read{found ? std::optional{*found} : std::nullopt,
                          by.bearer.is_renewal_required()});
}

void world::apply(const steps::request_renewal& what) {
  const auto at = what.at % nodes;
  tell(at, seen::renewal_requested{});
  nodes_[at].bearer.request_renewal();
}

// -- what goes wrong ----------------------------------------------------------

void world::apply(const steps::skew& what) {
  calm_down();
  const auto at = what.at % nodes;
  *nodes_[at].ahead = what.by;
  tell(at, seen::clocks_moved{false});
}

void world::apply(const steps::stop& what) {
  stop(what.at % nodes);
}

void world::apply(const steps::cut& what) {
  network_.cut(replica(what.at));
}

void world::apply(const steps::mute& what) {
  network_.mute(replica(what.at));
}

void world::apply(const steps::mend& what) {
  network_.mend(replica(what.at));
}

void world::apply(const steps::restart&) {
  end_owner(owner);
  start_owner(owner);
}

void world::apply(const steps::change_second&) {
  auto& it = nodes_[second_owner];
  if (!it.bearer) {
    // Each time another one: what was rejected before is known nowhere.
    it.last_given = {};
    start_owner(second_owner);
    return;
  }
  end_owner(second_owner);
  it.reader.reset();
  it.bearer = handle{};
}

void world::apply(const steps::replace& what) {
  const auto at = replica(what.at);
  // Those who wait get their answers all the same.
  apply(steps::settle{0});
  tell(at, seen::abandoned{});
  start_replica(at);
}

// -- reporting ----------------------------------------------------------------

void world::tell(std::size_t at, decltype(observation::what) what) {
  const auto now = observation{{time_.elapsed(), clock_of(at)()},
                               std::move(what)};
  if (const auto* got = std::get_if<seen::fetch_answered>(&now.what))
    if (got->what && got->what->generation.count > nodes_[at].latest.count)
      nodes_[at].latest = got->what->generation;
  if (const auto* got = std::get_if<seen::was_read>(&now.what);
      got && got->what)
    nodes_[at].latest = got->what->generation;
  tell_(at, now);
}

} // namespace bearer::sim::cluster
