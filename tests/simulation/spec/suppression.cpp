#include "simulation/spec/suppression.hpp"

#include "simulation/spec/waiting.hpp"

#include <algorithm>
#include <cstdint>

namespace bearer::sim::spec {

namespace {

bool within(const events::suppressed& x, const events::suppressed& limit) {
  return x.stale_rejections <= limit.stale_rejections
         && x.coalesced <= limit.coalesced
         && x.rate_limited <= limit.rate_limited;
}

/// What the listener that hears everything was told, if that is what `x` is.
const event* told(const observation& x) {
  const auto* found = std::get_if<seen::told>(&x.what);
  return found && found->listener == 0 ? &found->what : nullptr;
}

template <class T>
bool happened(const record& all) {
  return std::any_of(all.recent.begin(), all.recent.end(), [](const auto& x) {
    const auto* what = told(x);
    return what && std::holds_alternative<T>(what->what);
  });
}

template <class... Ts>
std::uint64_t count_seen(const record& all) {
  return static_cast<std::uint64_t>(
    std::count_if(all.recent.begin(), all.recent.end(), [](const auto& x) {
      return (std::holds_alternative<Ts>(x.what) || ...);
    }));
}

/// Wishes of this epoch that surely have had no attempt of their own, provided
/// that none has started.
std::uint64_t count_unheeded(const situation& is) {
  const auto& all = is.all;
  const auto used = is.line.attempts() > 0;
  auto result = used ? count_seen<seen::renewal_requested>(all) : 0;
  for (const auto& [id, x] : all.fetches)
    if (x.sent.epoch == all.epoch && !x.settled && !x.killed)
      ++result;
  return result;
}

/// Rejections of this epoch that surely came too late. A receiver rejects its
/// token once, whatever it says.
std::uint64_t count_late_rejections(const situation& is) {
  auto was_there = [&](std::uint64_t count) {
    const auto* found = is.line.find(count);
    return found && found->epoch < is.all.epoch ? found : nullptr;
  };
  auto is_late = [&](const rejection& x) {
    const auto* what = was_there(x.what.count);
    return x.at.epoch == is.all.epoch && !x.at_once && what
           && what->name == x.what && was_there(x.what.count + 1);
  };
  return static_cast<std::uint64_t>(
    std::count_if(is.all.rejections.begin(), is.all.rejections.end(), is_late));
}

} // namespace

void suppression::judge(const situation& is, faults& out) {
  const auto known = least_;
  if (!is.stopped_before)
    count(is);
  check_events(is.all, known, out);
  for (const auto& x : is.all.recent)
    if (const auto* answer = std::get_if<seen::status_answered>(&x.what))
      check_status({answer->what.stale_rejections, answer->what.coalesced,
                    answer->what.rate_limited},
                   out);
}

void suppression::count(const situation& is) {
  const auto& all = is.all;
  const auto started = happened<events::attempt_started>(all);
  const auto flew_all_along = is.in_flight_before
                              && !happened<events::attempt_ended>(all);
  const auto flew_never = !is.in_flight_before && !started;
  const auto rejections = count_seen<seen::rejected, seen::retry_asked>(all);
  const auto wishes
    = rejections
      + count_seen<seen::fetch_sent, seen::renewal_requested, seen::prefetched>(
        all);
  most_.stale_rejections += rejections;
  most_.coalesced += flew_never ? 0 : wishes;
  most_.rate_limited += flew_all_along ? 0 : wishes;
  if (all.ending())
    return;
  least_.stale_rejections += count_late_rejections(is);
  least_.coalesced += flew_all_along ? count_unheeded(is) : 0;
  least_.rate_limited += flew_never ? count_unheeded(is) : 0;
}

/// @param known What there surely was when the epoch began.
void suppression::check_events(const record& all,
                               const events::suppressed& known, faults& out) {
  auto announced = false;
  for (const auto& x : all.recent) {
    const auto* what = told(x);
    if (!what)
      continue;
    if (const auto* more = std::get_if<events::suppressed>(&what->what)) {
      out.require(*more != events::suppressed{}, "I20",
                  "suppressed wishes are told, and there are none");
      told_.stale_rejections += more->stale_rejections;
      told_.coalesced += more->coalesced;
      told_.rate_limited += more->rate_limited;
      announced = true;
      continue;
    }
    const auto of_attempt
      = std::holds_alternative<events::attempt_started>(what->what)
        || std::holds_alternative<events::attempt_ended>(what->what)
        || std::holds_alternative<events::stopped>(what->what);
    out.require(of_attempt || !announced, "I20",
                "suppressed wishes are told without an event of an attempt");
    out.require(!of_attempt || within(known, told_), "I20",
                "not all suppressed wishes are told");
    announced = false;
  }
  out.require(!announced, "I20",
              "suppressed wishes are told without an event of an attempt");
  out.require(within(told_, most_), "I20",
              "more suppressed wishes are told than there were");
}

void suppression::check_status(const events::suppressed& x, faults& out) const {
  out.require(within(least_, x) && within(x, most_), "I18",
              "the status tells other suppressed wishes");
  out.require(within(told_, x), "I18",
              "the status tells fewer suppressed wishes than the events");
}

} // namespace bearer::sim::spec
