#include "simulation/cluster/specification.hpp"

#include <bearer/error.hpp>

#include <algorithm>
#include <chrono>
#include <utility>
#include <variant>

namespace bearer::sim::cluster {

namespace {

constexpr auto owner = std::size_t{0};

std::string at_node(std::size_t node) {
  if (node == second_owner)
    return "the second owner";
  return node == owner ? "the owner" : "replica " + std::to_string(node);
}

std::string secret_of(const token& what) {
  return std::string{what.access_token.view()};
}

} // namespace

void specification::observe(std::size_t node, const observation& x) {
  std::visit([&](const auto& what) { note(node, x.at, what); }, x.what);
}

// -- the sources --------------------------------------------------------------

void specification::note(std::size_t node, const moment& at,
                         const seen::source_called& what) {
  auto& last = sources_[node];
  // A fallback's bearer is there in outages only, and another one in each.
  if (node != owner && what.what.serial == 1)
    last.called.reset();
  if (last.called) {
    const auto limit = *last.called + settings_.refresh_request_timeout;
    faults_.require(last.answered || at.steady >= limit, "I1",
                    "the source of " + at_node(node)
                      + " is asked twice at once");
    const auto floor = *last.called + settings_.initial_retry_timeout;
    faults_.require(at.steady >= floor, "I8",
                    "the source of " + at_node(node)
                      + " is asked too soon again");
  }
  const auto is_fallback = node != owner && node != second_owner;
  faults_.require(!is_fallback || !at_rest_, "I14",
                  "the fallback of " + at_node(node)
                    + " is asked although the owner is there");
  faults_.require(!tenures_[node].at_rest, "I14",
                  "the source of " + at_node(node)
                    + " is asked although it was stopped");
  // It may have been on its way since the last calm.
  last = {what.call, calm_[node].steady, false};
}

void specification::note(std::size_t node, const moment& at,
                         const seen::source_answered& what) {
  sources_[node].answered = true;
  if (!what.what || !*what.what)
    return;
  const auto& given = **what.what;
  auto end = std::optional<caf::timespan>{};
  if (given.expires_at)
    end = at.steady + (*given.expires_at - at.wall);
  auto [i, is_new] = issued_.try_emplace(secret_of(given),
                                         issue{node, end, {}});
  // Nobody waits for a call that was given up.
  if (what.call == sources_[node].call)
    i->second.last_end = given.expires_at;
  // Those who have not heard of its latest end go by another one.
  if (!is_new && i->second.end)
    i->second.end = end ? std::optional{std::max(*end, *i->second.end)} : end;
}

// -- those who ask ------------------------------------------------------------

void specification::note(std::size_t node, const moment& at,
                         const seen::fetch_sent& what) {
  fetches_[what.caller]
    = {node,           what.what,      at.steady, tenures_[node].bearer,
       bearers_[node], refused_[node], {},        0};
}

void specification::note(std::size_t node, const moment& at,
                         const seen::fetch_answered& what) {
  auto& asked = fetches_.at(what.caller);
  faults_.require(++asked.answers == 1, "I5", "a fetch is answered twice");
  const auto& served_by = tenures_[node];
  if (!what.what) {
    faults_.require(what.what.error() != errc::stopped || served_by.stopped
                      || served_by.bearer != asked.bearer,
                    "I14", at_node(node) + " says that it was stopped");
    return;
  }
  faults_.require(!served_by.at_rest, "I14",
                  at_node(node) + " gives a token although it was stopped");
  const auto& given = *what.what;
  const auto id = given.generation.id;
  // It may have been on its way since the last calm, if time has passed since.
  const auto since = asked.sent > calm_[node].steady ? at : calm_[node];
  check_given(node, given, since);
  const auto i = asked.known.find(id);
  check_number(node, given,
               i == asked.known.end() ? bearer_record{} : i->second);
  const auto secret = secret_of(given);
  faults_.require(asked.refused.count(secret) == 0
                    || refused_[node].count(secret) == 0,
                  "I4",
                  at_node(node) + " gives what was rejected there before");
  const auto& than = asked.what.newer_than;
  faults_.require(!than || than->id != id
                    || given.generation.count > than->count,
                  "I4", at_node(node) + " gives no newer token");
}

void specification::note(std::size_t node, const moment& at,
                         const seen::was_read& what) {
  seen_[node] = what.what ? secret_of(*what.what) : "";
  seen_end_[node] = what.what ? what.what->expires_at : std::nullopt;
  if (!what.what)
    return;
  faults_.require(!tenures_[node].stopped, "I14",
                  at_node(node) + " shows a token although it was stopped");
  check_given(node, *what.what, at);
  check_number(node, *what.what, bearers_[node][what.what->generation.id]);
  faults_.require(refused_[node].count(seen_[node]) == 0, "I4",
                  at_node(node) + " shows what was rejected there");
}

void specification::note(std::size_t node, const moment&,
                         const seen::rejected& what) {
  auto& known = bearers_[node][what.what.id];
  known.floor = std::max(known.floor, what.what.count);
  const auto i = known.secrets.find(what.what.count);
  if (i == known.secrets.end())
    return;
  if (!several_sources_) {
    refused_[node].insert(i->second);
    return;
  }
  // Owner and fallback may have a token each that comes again and again. A
  // bearer remembers the last one that was rejected while it was the newest,
  // here or at another node.
  const auto none = seen_[node].empty();
  const auto older = what.what.count < known.newest
                     || (!none && seen_[node] != i->second);
  if (older || refused_[node].count(i->second) > 0)
    return;
  refused_.fill({});
  // If there was none, a newer one may have ended already.
  if (!none)
    refused_[node].insert(i->second);
}

void specification::note(std::size_t node, const moment&,
                         const seen::stopped&) {
  tenures_[node].stopped = true;
}

void specification::note(std::size_t node, const moment&,
                         const seen::abandoned&) {
  tenures_[node] = {tenures_[node].bearer + 1, false, false};
  // The next one has heard of nothing.
  refused_[node].clear();
  sources_[node].called.reset();
}

void specification::note(std::size_t node, const moment& at,
                         const seen::clocks_moved&) {
  skewed_.insert(node);
  // Everything is calm, too.
  calm_[node] = at;
}

void specification::note(std::size_t node, const moment& at,
                         const seen::calm&) {
  calm_[node] = at;
  auto& served_by = tenures_[node];
  served_by.at_rest = served_by.stopped;
  for (auto& [id, x] : fetches_) {
    if (x.node != node || x.answers > 0)
      continue;
    faults_.require(!served_by.at_rest, "I14",
                    at_node(node)
                      + " lets a fetch wait although it was stopped");
    // The bearer has had it since then at the latest.
    if (!x.arrived)
      x.arrived = at.steady;
    const auto limit = x.what.timeout.value_or(settings_.fetch_timeout);
    faults_.require(*x.arrived + limit >= at.steady, "I5",
                    at_node(node) + " is silent past a deadline");
  }
}

void specification::check_given(std::size_t node, const token& what,
                                const moment& since) {
  const auto i = issued_.find(secret_of(what));
  if (i == issued_.end()) {
    faults_.add("I2", at_node(node) + " gives what the source never gave");
    return;
  }
  faults_.require(!i->second.end || since.steady < *i->second.end, "I2",
                  at_node(node) + " gives a token past its end");
  faults_.require(!what.expires_at || since.wall < *what.expires_at, "I2",
                  at_node(node) + " gives a token past its end by its clock");
}

void specification::check_number(std::size_t node, const token& what,
                                 const bearer_record& before) {
  const auto& number = what.generation;
  faults_.require(number.count > before.floor, "I4",
                  at_node(node) + " gives a generation that was rejected");
  faults_.require(number.count >= before.newest, "I3",
                  at_node(node) + " goes back to an older generation");
  auto& known = bearers_[node][number.id];
  known.newest = std::max(known.newest, number.count);
  const auto [i, is_new] = known.secrets.try_emplace(number.count,
                                                     secret_of(what));
  faults_.require(is_new || i->second == secret_of(what), "I3",
                  at_node(node) + " gives two tokens one number");
}

// -- a cluster that is well again ---------------------------------------------

void specification::require_answers() {
  for (const auto& [id, x] : fetches_)
    faults_.require(x.answers > 0 || skewed_.count(x.node) > 0
                      || skewed_.count(owner) > 0,
                    "I11",
                    at_node(x.node) + " gives nothing, although all is well");
}

bool specification::is_agreed() const {
  return std::all_of(seen_.begin(), seen_.begin() + nodes,
                     [&](const auto& x) { return x == seen_[owner]; });
}

void specification::require_agreement() {
  for (auto node = std::size_t{0}; node < nodes; ++node) {
    faults_.require(!seen_[node].empty(), "I11",
                    at_node(node) + " has no token, although all is well");
    faults_.require(seen_[node] == seen_[owner], "I20",
                    at_node(node) + " has another token than the owner");
  }
}

void specification::require_latest_end() {
  for (auto node = std::size_t{0}; node < nodes; ++node) {
    const auto& end = issued_[seen_[node]].last_end;
    // The owner tells of no smaller difference.
    faults_.require(
      !end
        || (seen_end_[node]
            && *seen_end_[node] <= *end + std::chrono::seconds{1}),
      "I2", at_node(node) + " goes by an end that was taken back");
  }
}

void specification::require_change_of_owner() {
  for (auto node = std::size_t{0}; node < nodes; ++node)
    faults_.require(node == owner
                      || (!seen_[node].empty()
                          && issued_.at(seen_[node]).from == second_owner),
                    "I11", at_node(node) + " does not find the other owner");
}

void specification::require_gone(const std::string& secret) {
  for (auto node = std::size_t{0}; node < nodes; ++node)
    faults_.require(seen_[node] != secret, "I4",
                    at_node(node) + " has what another node has rejected");
}

void specification::require_all_answered() {
  for (const auto& [id, x] : fetches_)
    faults_.require(x.answers == 1, "I5", "a fetch is never answered");
}

} // namespace bearer::sim::cluster
