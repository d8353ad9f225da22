#include "simulation/spec/timeline.hpp"

#include <bearer/error.hpp>

#include "simulation/spec/arithmetic.hpp"
#include "simulation/spec/waiting.hpp"

#include <algorithm>
#include <chrono>

namespace bearer::sim::spec {

namespace {

/// Within this time the refresher looks at the wall clock (I13).
constexpr auto look = std::chrono::minutes{1};

constexpr auto for_ever = caf::timespan::max();

/// What the clocks said when the refresher wrote the wall time `at`, of which
/// somebody was told in the observation at this place.
std::optional<moment> moment_of(const record& all, std::size_t place,
                                caf::timestamp at) {
  for (auto left = place + 1; left > 0; --left)
    if (const auto& then = all.recent[left - 1].at; then.wall == at)
      return then;
  if (all.calm_at.wall == at)
    return all.calm_at;
  return std::nullopt;
}

bool same_as_given(const token& lhs, const token& rhs) {
  return lhs.access_token == rhs.access_token
         && lhs.expires_at == rhs.expires_at
         && lhs.refresh_after == rhs.refresh_after;
}

bool is_visible_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return c >= 0x21 && c <= 0x7e; });
}

template <class T>
bool contains(const std::vector<T>& xs, const T& x) {
  return std::find(xs.begin(), xs.end(), x) != xs.end();
}

/// Whether `holds` has been so for longer than the refresher looks away.
bool for_too_long(bool holds, std::optional<caf::timespan>& since,
                  caf::timespan now) {
  if (!holds)
    since.reset();
  else if (!since)
    since = now;
  return since && now > *since + look;
}

} // namespace

bool publication::may_last(const moment& now) const {
  const auto margin = slop(given.expires_at ? usable_until - at.wall
                                            : caf::timespan{0});
  return now.wall < later(usable_until, margin)
         && now.steady < later(usable_until_steady, margin);
}

bool publication::must_last(const moment& now) const {
  const auto margin = slop(given.expires_at ? usable_until - at.wall
                                            : caf::timespan{0});
  return later(now.wall, margin) < usable_until
         && later(now.steady, margin) < usable_until_steady;
}

// -- the state ----------------------------------------------------------------

const publication* timeline::newest() const {
  return publications_.empty() ? nullptr : &publications_.rbegin()->second;
}

const publication* timeline::find(std::uint64_t count) const {
  const auto found = publications_.find(count);
  return found == publications_.end() ? nullptr : &found->second;
}

const publication* timeline::current() const {
  const auto* result = newest();
  return result && !stopped_ && !result->rejected && !result->withdrawn
           ? result
           : nullptr;
}

bool timeline::may_hold(const record& all) const {
  const auto& asked = all.renewal_requested;
  if (!asked || (!endings_.empty() && asked->epoch < endings_.back().epoch))
    return false;
  // Never through a backoff.
  return asked->epoch == all.epoch || flight_ || failures_ == 0;
}

bool timeline::must_hold(const record& all) const {
  const auto& asked = all.renewal_requested;
  // Nothing has ended since, hence there were as many failures then.
  const auto flew = flight_ && asked
                    && flight_->start.steady < asked->at.steady;
  return asked && asked->epoch < all.epoch && attempts_ > 0
         && (endings_.empty() || asked->epoch > endings_.back().epoch)
         && (flew || failures_ == 0);
}

// -- one epoch ----------------------------------------------------------------

void timeline::replay(const record& all, const moment& now, faults& out) {
  had_ = current() ? current()->name.count : 0;
  for (auto& [count, x] : publications_)
    x.latest_end = x.usable_until;
  for (std::size_t i = 0; i < all.recent.size(); ++i) {
    const auto& x = all.recent[i];
    latest_wall_ = std::max(latest_wall_, x.at.wall);
    const auto* told = std::get_if<seen::told>(&x.what);
    if (!told || told->listener != 0)
      continue;
    if (const auto when = moment_of(all, i, told->what.at))
      handle(all, told->what, *when, out);
    else
      out.add("I20", "an event bears a time that has not been");
  }
  check_calm(all, now, out);
}

void timeline::handle(const record& all, const event& what, const moment& now,
                      faults& out) {
  out.require(!stopped_, "I14", "an event after the end");
  const auto* is_published = std::get_if<events::published>(&what.what);
  out.require(is_published || !to_publish_, "I3",
              "a renewed token was not published at once");
  if (is_published)
    published(all, *is_published, now, out);
  if (const auto* start = std::get_if<events::attempt_started>(&what.what))
    started(all, *start, now, out);
  if (const auto* end = std::get_if<events::attempt_ended>(&what.what))
    ended(all, *end, now, out);
  if (const auto* refusal = std::get_if<events::rejected>(&what.what))
    rejected(all, *refusal, now, out);
  if (const auto* expiry = std::get_if<events::withdrawn>(&what.what))
    withdrawn(*expiry, now, out);
  if (std::holds_alternative<events::stopped>(what.what)) {
    out.require(all.ending(), "I11", "stopped without having been asked");
    stopped_ = true;
    flight_.reset();
    due_earliest_.reset();
    due_latest_.reset();
  }
}

// -- the start of an attempt --------------------------------------------------

caf::timespan timeline::floor_after(caf::timespan when) const {
  if (!last_start_)
    return when;
  return std::max(when, last_start_->steady + settings_.initial_retry_timeout);
}

void timeline::started(const record& all, const events::attempt_started& what,
                       const moment& now, faults& out) {
  out.require(!flight_, "I1", "an attempt started while one was in flight");
  out.require(!all.closed || all.closed->epoch == all.epoch, "I14",
              "an attempt started although the bearer is closed");
  out.require(what.number == failures_ + 1, "I8",
              "the attempt's number does not count the failures");
  check_start_time(all, now, out);
  check_waiters(all, what.waiters, out);
  check_reason(all, what.reason, out);
  flight_ = flight{what.number, now, attempts_++};
  if (const auto* call = call_of_flight(all))
    check_call(call->what, what, out);
  else
    out.require(all.source_killed.has_value(), "I18",
                "an attempt started without a call of the source");
  last_start_ = now;
  due_earliest_.reset();
  due_latest_.reset();
  due_wall_earliest_.reset();
  due_wall_latest_.reset();
}

const call* timeline::call_of_flight(const record& all) const {
  return flight_->call < all.calls.size() ? &all.calls[flight_->call] : nullptr;
}

void timeline::check_call(const attempt& heard,
                          const events::attempt_started& what,
                          faults& out) const {
  out.require(heard.number == what.number && heard.reason == what.reason, "I20",
              "the event and the source were told different things");
  out.require(heard.budget == settings_.refresh_request_timeout, "I15",
              "the source was given a wrong budget");
  out.require(same_as_given(heard.previous,
                            newest() ? newest()->given : token{}),
              "I3", "the source was shown a wrong previous token");
}

bool timeline::wished_in_this_epoch(const record& all) const {
  auto now = [&](const std::optional<point>& x) {
    return x && x->epoch == all.epoch;
  };
  // Work does not start with a request.
  return (attempts_ > 0 && now(all.renewal_requested)) || now(all.prefetched);
}

void timeline::check_start_time(const record& all, const moment& now,
                                faults& out) const {
  const auto with_slop = later(now.steady, slop(now.steady));
  out.require(floor_after(now.steady) <= with_slop, "I8",
              "two attempts started closer than initial_retry_timeout");
  if (due_earliest_ && with_slop >= *due_earliest_)
    return;
  if (failures_ > 0) {
    const auto sync = somebody_waits(all, had_, [](const fetch& x) {
      return x.what.renew_synchronous;
    });
    out.require(sync || wanted_ahead_, "I8",
                "an attempt started ahead of the backoff");
    return;
  }
  const auto waited = [&] {
    return somebody_waits(all, had_, [](const fetch&) { return true; });
  };
  out.require(wall_clock_wants(now) || wanted_ || wished_in_this_epoch(all)
                || waited(),
              "I10", "an attempt started ahead of the schedule, for nobody");
}

bool timeline::wall_clock_wants(const moment& now) const {
  return due_wall_earliest_
         && later(latest_wall_, slop(now.steady)) >= *due_wall_earliest_;
}

std::optional<bounds> timeline::next_start(const moment& now) const {
  if (flight_ || !due_latest_)
    return std::nullopt;
  const auto brought_forward = failures_ > 0 ? wanted_ahead_
                                             : wanted_ || wall_clock_wants(now);
  const auto low = brought_forward || !due_earliest_
                     ? floor_after(caf::timespan{0})
                     : *due_earliest_;
  return bounds{low, *due_latest_};
}

/// Some fetches may have come or gone just before or after.
void timeline::check_waiters(const record& all, std::uint64_t waiters,
                             faults& out) const {
  auto least = std::uint64_t{0};
  auto most = std::uint64_t{0};
  for (const auto& [id, x] : all.fetches) {
    const auto over = x.settled
                      && !(x.answered && x.answered->epoch == all.epoch);
    if (over)
      continue;
    ++most;
    if (x.sent.epoch < all.epoch && !x.settled && !x.killed)
      ++least;
  }
  out.require(least <= waiters && waiters <= most, "I20",
              "an attempt is said to have another number of waiters");
}

std::size_t timeline::last_success() const {
  const auto found = std::find_if(endings_.rbegin(), endings_.rend(),
                                  [](const ending& x) { return x.success(); });
  return found == endings_.rend() ? 0 : found->epoch;
}

void timeline::check_reason(const record& all, attempt_reason reason,
                            faults& out) const {
  const auto* last = newest();
  auto asked = [&](const std::optional<point>& x) {
    return x && (endings_.empty() || x->epoch >= endings_.back().epoch);
  };
  if (!last) {
    out.require(reason == attempt_reason::first, "I3",
                "the first attempt has another reason");
  } else if (last->rejected) {
    out.require(reason == attempt_reason::rejected, "I4",
                "the source was not told of the rejection");
  } else if (reason == attempt_reason::requested) {
    // A retry keeps its reason, so that a wish stands until a success.
    const auto since = last_success();
    const auto forced
      = std::any_of(all.fetches.begin(), all.fetches.end(), [&](const auto& x) {
          return x.second.sent.epoch >= since
                 && (x.second.what.renew_required || x.second.what.newer_than
                     || x.second.via == route::standing_receiver);
        });
    const auto wished = all.renewal_requested
                        && all.renewal_requested->epoch >= since;
    // An urgent fetch may bring word of a rejection before the news itself.
    const auto refused = std::any_of(all.rejections.begin(),
                                     all.rejections.end(), [&](const auto& x) {
                                       return x.what == last->name
                                              && x.at.epoch == all.epoch;
                                     });
    out.require(forced || refused || wished, "I3",
                "a reason was made up: requested");
  } else {
    out.require(reason == attempt_reason::scheduled, "I3",
                "a reason was made up");
    out.require(!asked(all.renewal_requested)
                  || all.renewal_requested->epoch == all.epoch
                  || (!endings_.empty()
                      && all.renewal_requested->epoch == endings_.back().epoch),
                "I3", "the source was not told of the request");
  }
}

// -- the end of an attempt ----------------------------------------------------

void timeline::ended(const record& all, const events::attempt_ended& what,
                     const moment& now, faults& out) {
  if (!flight_ || what.number != flight_->number) {
    out.add("I1", "an attempt ended that was not in flight");
    return;
  }
  const auto* found = call_of_flight(all);
  // Nothing is known of one that died with the source.
  const auto called = found ? *found : call{};
  if (what.how == events::outcome::given_up) {
    out.require(now.steady >= later(flight_->start.steady,
                                    settings_.refresh_request_timeout),
                "I15", "an attempt was given up before its limit");
    out.require(what.error == errc::attempt_timed_out, "I6",
                "an attempt that was given up has another error");
    failed(what, called, now, out);
  } else if (!called.answered && all.source_killed) {
    out.require(what.how == events::outcome::failed
                  && what.error == errc::source_down,
                "I11", "a source that was killed is not said to be down");
    failed(what, called, now, out);
  } else if (!called.answered) {
    out.add("I1", "an attempt ended that the source has not answered");
  } else if (what.how == events::outcome::failed) {
    failed(what, called, now, out);
  } else {
    succeeded(what, called, now, out);
  }
  endings_.push_back({all.epoch, what.how, what.error});
  flight_.reset();
  wanted_ = false;
  wanted_ahead_ = false;
  latest_wall_ = now.wall;
}

void timeline::failed(const events::attempt_ended& what, const call& of,
                      const moment& now, faults& out) {
  auto asked = std::optional<caf::timespan>{};
  auto permanent = false;
  if (what.how == events::outcome::failed && of.answer) {
    if (*of.answer) {
      const auto expected = verdicts(**of.answer, now);
      out.require(std::any_of(expected.begin(), expected.end(),
                              [&](errc x) {
                                return x != errc::none && what.error == x;
                              }),
                  "I3",
                  "a good token, or one with another fault, was taken "
                  "for this failure: "
                    + to_string(what.error));
    } else {
      const auto& err = of.answer->error();
      out.require(what.error == err, "I6", "the attempt's error was changed");
      asked = retry_after_of(err);
      permanent = err == errc::permanent_failure;
    }
  }
  out.require(what.permanent == permanent, "I12",
              "permanent and transient were confused");
  failures_ = what.number;
  ++failed_attempts_;
  last_error_ = what.error;
  permanent_ = permanent;
  const auto delay = backoff(settings_, failures_, permanent, asked);
  schedule(now, delay.low, delay.high);
  due_wall_earliest_.reset();
  due_wall_latest_.reset();
  const auto next = what.next_attempt_in;
  out.require(
    next && later(now.steady, later(*next, slop(*next))) >= *due_earliest_
      && later(now.steady, *next) <= later(*due_latest_, slop(*next)),
    "I9", "the backoff is outside its bounds");
}

void timeline::schedule(const moment& from, caf::timespan low,
                        caf::timespan high) {
  due_earliest_ = floor_after(later(from.steady, low));
  due_latest_ = floor_after(later(from.steady, high));
  due_wall_earliest_ = later(from.wall, low);
  due_wall_latest_ = later(from.wall, high);
}

void timeline::succeeded(const events::attempt_ended& what, const call& of,
                         const moment& now, faults& out) {
  if (!of.answer || !*of.answer) {
    out.add("I3", "a failure was taken for a success");
    return;
  }
  const auto& tok = **of.answer;
  out.require(contains(verdicts(tok, now), errc::none), "I3",
              "a token of no use was taken for a success");
  const auto again = is_newest_again(tok);
  out.require(again == (what.how == events::outcome::unchanged), "I3",
              "the same token and a new one were confused");
  failures_ = 0;
  last_error_ = caf::error{};
  permanent_ = false;
  due_earliest_.reset();
  due_latest_.reset();
  due_wall_earliest_.reset();
  due_wall_latest_.reset();
  if (const auto delay = refresh(settings_, tok, now.wall))
    schedule(now, delay->low, delay->high);
  if (!again) {
    to_publish_ = tok;
    return;
  }
  auto& there = publications_.rbegin()->second;
  there.withdrawn = false;
  if (there.given.expires_at != tok.expires_at) {
    there.at = now;
    there.usable_until = wall_end(settings_, tok, now.wall);
    there.latest_end = std::max(there.latest_end, there.usable_until);
    there.usable_until_steady = later(now.steady,
                                      usable_for(settings_, tok, now.wall));
  }
  there.given = tok;
}

bool timeline::is_newest_again(const token& tok) const {
  const auto* last = newest();
  return last && !last->rejected
         && last->given.access_token == tok.access_token;
}

std::vector<errc> timeline::verdicts(const token& tok,
                                     const moment& now) const {
  const auto text = tok.access_token.view();
  if (text.empty())
    return {errc::empty_token};
  if (!is_visible_ascii(text))
    return {errc::malformed_token};
  if (tok.expires_at && *tok.expires_at <= now.wall)
    return {errc::expired_token};
  if (text == rejected_secret_)
    return {errc::rejected_token};
  if (!is_newest_again(tok) || tok.expires_at != newest()->given.expires_at)
    return {errc::none};
  // The same with the same end: its margin stays what it was.
  auto result = std::vector<errc>{};
  if (newest()->may_last(now))
    result.push_back(errc::none);
  if (!newest()->must_last(now))
    result.push_back(errc::expired_token);
  return result;
}

// -- tokens -------------------------------------------------------------------

void timeline::published(const record& all, const events::published& what,
                         const moment& now, faults& out) {
  if (!to_publish_) {
    out.add("I3", "a token was published that no attempt has brought");
    return;
  }
  const auto& tok = *to_publish_;
  const auto* last = newest();
  out.require(what.generation.count == (last ? last->name.count + 1 : 1)
                && (!last || what.generation.id == last->name.id),
              "I3", "generations are not numbered one by one");
  const auto lifetime
    = tok.expires_at ? std::optional{*tok.expires_at - now.wall} : std::nullopt;
  out.require(what.lifetime == lifetime, "I20",
              "the published lifetime is wrong");
  const auto end = wall_end(settings_, tok, now.wall);
  publications_[what.generation.count]
    = {what.generation,
       tok,
       now,
       all.epoch,
       end,
       later(now.steady, usable_for(settings_, tok, now.wall)),
       end,
       false,
       false};
  to_publish_.reset();
}

void timeline::want_now(const moment& now) {
  wanted_ = true;
  if (flight_ || failures_ > 0)
    return;
  const auto soon = floor_after(now.steady);
  due_latest_ = std::min(due_latest_.value_or(for_ever), soon);
}

void timeline::rejected(const record& all, const events::rejected& what,
                        const moment& now, faults& out) {
  const auto asked = (all.retry_asked && all.retry_asked->epoch == all.epoch)
                     || std::any_of(all.rejections.begin(),
                                    all.rejections.end(), [&](const auto& x) {
                                      return x.what == what.generation
                                             && x.at.epoch == all.epoch;
                                    });
  out.require(asked, "I4", "a rejection was made up");
  if (!newest() || what.generation != newest()->name || newest()->rejected) {
    out.add("I4", "a rejection that ended nothing was announced");
    return;
  }
  auto& there = publications_.rbegin()->second;
  there.rejected = true;
  rejected_secret_ = std::string{there.given.access_token.view()};
  want_now(now);
  if (permanent()) {
    wanted_ahead_ = true;
    if (!flight_)
      due_latest_ = std::min(*due_latest_, floor_after(now.steady));
  }
}

void timeline::withdrawn(const events::withdrawn& what, const moment& now,
                         faults& out) {
  if (!current() || what.generation != current()->name) {
    out.add("I20", "a token was withdrawn that was not there");
    return;
  }
  out.require(!current()->must_last(now), "I3", "a usable token was withdrawn");
  publications_.rbegin()->second.withdrawn = true;
  want_now(now);
}

// -- calm ---------------------------------------------------------------------

void timeline::check_calm(const record& all, const moment& now, faults& out) {
  out.require(all.calls.size() == attempts_
                || (all.source_killed && all.calls.size() < attempts_),
              "I18", "calls of the source and attempts differ in number");
  out.require(!to_publish_, "I3", "a renewed token was not published");
  if (stopped_ || all.ending())
    return;
  check_flight(all, now, out);
  check_waiting(all, now, out);
  const auto& asked = all.renewal_requested;
  if (asked && asked->epoch == all.epoch && attempts_ > 0
      && !ended_in(all.epoch))
    want_now(now);
  wanted_ = wanted_ || wished_in_this_epoch(all);
  out.require(flight_ || !due_latest_
                || now.steady <= later(*due_latest_, slop(now.steady)),
              failures_ > 0 ? "I11" : "I10", "the next attempt is late");
  check_wall_clock(now, out);
}

bool timeline::ended_in(std::size_t epoch) const {
  return !endings_.empty() && endings_.back().epoch == epoch;
}

void timeline::check_flight(const record& all, const moment& now,
                            faults& out) const {
  if (!flight_)
    return;
  const auto* called = call_of_flight(all);
  out.require(called != nullptr, "I11",
              "an attempt waits for a source that is dead");
  out.require(!called || !called->answered, "I1",
              "the source's answer did not end the attempt");
  out.require(now.steady < later(flight_->start.steady,
                                 settings_.refresh_request_timeout),
              "I15", "an attempt goes on past its limit");
}

void timeline::check_waiting(const record& all, const moment& now,
                             faults& out) {
  const auto may_start = !flight_ && floor_after(now.steady) <= now.steady;
  for (const auto& [id, x] : all.fetches) {
    const auto just_timed_out = x.answered && x.answered->epoch == all.epoch
                                && !*x.answer
                                && x.answer->error() == errc::timed_out;
    if (x.settled && !just_timed_out)
      continue;
    const auto waits = !x.settled && !x.killed;
    const auto forces_start = failures_ == 0 || x.what.renew_synchronous;
    out.require(!waits || !may_start || !forces_start, "I10",
                "a fetch waits and no attempt is made for it");
    if (flight_)
      continue;
    // Its wish stays when it goes.
    wanted_ = true;
    wanted_ahead_ = wanted_ahead_ || x.what.renew_synchronous;
    const auto came_and_went = just_timed_out && x.sent.epoch == all.epoch
                               && !ended_in(all.epoch);
    if ((waits || came_and_went) && forces_start)
      due_latest_ = std::min(due_latest_.value_or(for_ever),
                             floor_after(now.steady));
  }
}

void timeline::check_wall_clock(const moment& now, faults& out) {
  const auto late = !flight_ && failures_ == 0 && due_wall_latest_
                    && now.wall > *due_wall_latest_
                    && now.steady >= floor_after(now.steady);
  out.require(!for_too_long(late, late_by_wall_since_, now.steady), "I13",
              "the wall clock's wish for a refresh was not seen");
  const auto* there = current();
  out.require(
    !there || now.steady <= later(there->usable_until_steady, slop(now.steady)),
    "I13", "a token outlived its end on the steady clock");
  const auto over = there
                    && now.wall > later(there->usable_until, slop(now.steady));
  out.require(!for_too_long(over, over_by_wall_since_, now.steady), "I13",
              "a token outlived its end on the wall clock");
}

} // namespace bearer::sim::spec
