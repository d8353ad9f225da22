#include "simulation/spec/specification.hpp"

#include "simulation/spec/rules.hpp"

#include <algorithm>
#include <iterator>

namespace bearer::sim::spec {

void specification::observe(const observation& x) {
  if (std::holds_alternative<seen::calm>(x.what))
    judge(x.at);
  else
    all_.add(x);
}

void specification::judge(const moment& now) {
  auto is = situation{settings_, all_, line_, now};
  // A copy, because it may change in the course of the epoch.
  auto had = line_.current() ? std::optional{*line_.current()} : std::nullopt;
  is.had = had ? &*had : nullptr;
  is.held_before = line_.may_hold(all_);
  is.stopped_before = line_.stopped();
  is.in_flight_before = line_.in_flight();
  is.last_error_before = line_.last_error();
  is.due_before = line_.due();
  line_.replay(all_, now, faults_);
  note_arrivals(now, is.had);
  check_answers(is, faults_);
  check_rejections(is, faults_);
  check_retries(is, faults_);
  check_reads(is, faults_);
  check_listeners(is, faults_);
  check_statuses(is, faults_);
  check_end(is, faults_);
  suppression_.judge(is, faults_);
  close_books(now);
}

void specification::note_arrivals(const moment& now, const publication* had) {
  if (all_.closed && !all_.close_arrived)
    all_.close_arrived = now.steady;
  // One that went may have come back since.
  auto went = [](const observation& x) {
    const auto* told = std::get_if<seen::told>(&x.what);
    return told && std::holds_alternative<events::withdrawn>(told->what.what);
  };
  const auto stayed
    = had && line_.current() && line_.current()->name == had->name
      && std::none_of(all_.recent.begin(), all_.recent.end(), went);
  for (auto& [id, x] : all_.fetches) {
    if (x.sent.epoch != all_.epoch)
      continue;
    x.arrived = now.steady;
    x.had = stayed ? had->name.count : 0;
  }
}

void specification::note_wait(fetch& x, bool ended_now) const {
  // It takes the end of an attempt to answer who waits with a token.
  if (x.sent.epoch < all_.epoch)
    x.waited = true;
  else if (!ended_now)
    x.waited = false;
}

void specification::close_books(const moment& now) {
  const auto ended_now = !line_.endings().empty()
                         && line_.endings().back().epoch == all_.epoch;
  const auto renewed = ended_now && line_.endings().back().success();
  for (auto& [id, x] : all_.fetches) {
    // Of the answers to those who were killed one can only be sure.
    const auto answered = line_.stopped()
                          || (renewed && x.sent.epoch < all_.epoch)
                          || now.steady >= latest_deadline_of(x, settings_);
    if (x.killed && answered)
      x.settled = true;
    if (x.answered && x.answered->epoch == all_.epoch)
      note_wait(x, ended_now);
  }
  all_.turn_page(now);
}

void specification::require_token() {
  if (all_.ending() || all_.source_killed || all_.fetches.size() < 2)
    return;
  auto got_one = [](const auto& x) {
    return x.second.answer && *x.second.answer;
  };
  const auto last = all_.fetches.rbegin();
  faults_.require(got_one(*last) || got_one(*std::next(last)), "I11",
                  "the source has healed and no token came");
}

void specification::require_all_answered() {
  for (const auto& [id, x] : all_.fetches)
    faults_.require(x.answered || x.killed, "I5", "a fetch was never answered");
}

std::string specification::state() const {
  if (line_.stopped())
    return "stopped";
  auto result = std::string{all_.ending() ? "ending" : "idle"};
  if (line_.in_flight())
    result = all_.closed ? "closing in flight" : "in flight";
  else if (line_.permanent())
    result = "after a permanent error";
  else if (line_.failures() > 0)
    result = "in backoff";
  else if (line_.due())
    result = "scheduled";
  return result + (line_.current() ? ", token" : ", no token");
}

std::vector<std::string> specification::states() {
  auto result = std::vector<std::string>{"stopped"};
  for (const auto* doing :
       {"idle", "ending", "in flight", "closing in flight",
        "after a permanent error", "in backoff", "scheduled"})
    for (const auto* having : {", token", ", no token"})
      result.push_back(std::string{doing} + having);
  return result;
}

} // namespace bearer::sim::spec
