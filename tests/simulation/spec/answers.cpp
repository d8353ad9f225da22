#include <bearer/error.hpp>

#include "simulation/spec/arithmetic.hpp"
#include "simulation/spec/rules.hpp"
#include "simulation/spec/waiting.hpp"

#include <algorithm>
#include <iterator>
#include <limits>

namespace bearer::sim::spec {

namespace {

constexpr auto nobodys = generation{};

bool wants_outcome(const fetch& x) {
  return x.what.renew_synchronous || x.what.report_error;
}

/// The highest count that was given to anybody before `when`.
std::uint64_t newest_given_before(const record& all, const point& when) {
  auto result = std::uint64_t{0};
  for (const auto& [id, x] : all.fetches)
    if (x.answered && *x.answer && before(*x.answered, when))
      result = std::max(result, (*x.answer)->generation.count);
  return result;
}

/// The highest count that the cache knew to be rejected when it processed a
/// fetch.
std::uint64_t floor_for(const situation& is, const fetch& x) {
  auto result = std::uint64_t{0};
  for (const auto& one : is.all.rejections) {
    // What is rejected before it is published is not rejected.
    const auto* what = is.line.find(one.what.count);
    if (!what || one.what != what->name || what->epoch >= one.at.epoch)
      continue;
    if (before(one.at, x.sent))
      result = std::max(result, one.what.count);
  }
  return result;
}

/// Whether this end was known to whoever answered a fetch.
bool ended_before(const std::optional<point>& end, const fetch& x) {
  return end && before(*end, x.sent);
}

/// The wall time at which an answer was given, at the earliest.
caf::timestamp given_at(const record& all, const fetch& x) {
  auto result = x.answered->at.wall;
  for (const auto& one : all.recent)
    result = std::min(result, one.at.wall);
  return all.stalled() ? std::min(result, all.calm_at.wall) : result;
}

// -- tokens -------------------------------------------------------------------

void check_token(const situation& is, const fetch& x, faults& out) {
  const auto& tok = **x.answer;
  const auto count = tok.generation.count;
  const auto* known = is.line.find(count);
  if (!known || known->name != tok.generation
      || known->given.access_token != tok.access_token) {
    out.add("I3", "a token was given that was not published");
    return;
  }
  const auto margin = slop(known->latest_end - known->at.wall);
  out.require(given_at(is.all, x) < later(known->latest_end, margin), "I2",
              "a token was given after its end");
  out.require(is.all.calm_at.steady < later(known->usable_until_steady, margin),
              "I13", "a token was given after its end on the steady clock");
  out.require(count > floor_for(is, x), "I4", "a rejected token was given");
  out.require(count >= newest_given_before(is.all, x.sent), "I3",
              "an older token was given than somebody had before");
  if (x.what.newer_than)
    out.require(count > x.what.newer_than->count, "I16",
                "newer_than was not heeded");
  if (x.what.renew_required)
    out.require(count > std::max(x.had, x.read), "I16",
                "renew_required was not heeded");
  out.require(!is_mistaken(x.what), "I6", "mistaken options were accepted");
  out.require(!ended_before(is.all.stopped, x)
                && !ended_before(is.all.closed, x),
              "I14", "a token was given after the end");
}

// -- errors -------------------------------------------------------------------

bool names_unknown_generation(const situation& is, const fetch& x) {
  const auto& named = x.what.newer_than;
  if (!named || named->count == 0)
    return false;
  const auto* newest = is.line.newest();
  return !newest || named->id != newest->name.id
         || named->count > newest->name.count
         || (x.sent.epoch == is.all.epoch
             && (!is.had || named->count > is.had->name.count));
}

bool is_outcome_of_attempt(const situation& is, const fetch& x,
                           const caf::error& err) {
  const auto& endings = is.line.endings();
  return std::any_of(endings.begin(), endings.end(), [&](const ending& one) {
    if (one.epoch != is.all.epoch || one.success() || one.error != err)
      return false;
    return wants_outcome(x) || one.error == errc::permanent_failure
           || is.all.closed;
  });
}

/// Whether a fetch may ask for a newer token than this one.
bool may_want_newer(const fetch& x, const generation& than) {
  return x.what.renew_required || x.via == route::standing_receiver
         || (x.what.newer_than && x.what.newer_than->count >= than.count);
}

/// Whether the token may not be handed out any more.
bool may_be_over(const publication& x, const moment& now) {
  return x.rejected || x.withdrawn || !x.must_last(now);
}

/// How the attempt ended that ended in the present epoch; none if there was
/// none, or more than one.
const ending* only_ending(const situation& is) {
  const auto& all = is.line.endings();
  auto now = [&](const ending& one) { return one.epoch == is.all.epoch; };
  if (all.empty() || !now(all.back())
      || (all.size() > 1 && now(*std::next(all.rbegin()))))
    return nullptr;
  return &all.back();
}

bool may_say_unchanged(const situation& is, const fetch& x) {
  const auto& endings = is.line.endings();
  const auto renewed
    = std::any_of(endings.begin(), endings.end(), [&](const ending& one) {
        return one.epoch == is.all.epoch && one.success();
      });
  const auto* newest = is.line.newest();
  if (!renewed || !newest)
    return false;
  const auto* last = only_ending(is);
  return !last || may_be_over(*newest, is.now)
         || (last->how == events::outcome::unchanged
             && may_want_newer(x, newest->name));
}

/// What a timeout tells about the attempts.
void check_timeout(const situation& is, const caf::error& err, faults& out) {
  const auto details = timeout_details_of(err);
  if (!details) {
    out.add("I6", "a timeout without its details");
    return;
  }
  const auto& endings = is.line.endings();
  // Before or after the end of an attempt: both are right.
  if (is.all.ending()
      || (!endings.empty() && endings.back().epoch == is.all.epoch))
    return;
  out.require(details->last_error == is.line.last_error(), "I6",
              "a timeout tells another error than the last");
  if (is.line.failures() == 0 || is.in_flight_before || is.line.in_flight())
    return;
  const auto next = details->next_attempt_in;
  // A wish may bring it forward before the answer or after.
  const auto due = std::max(is.due_before, is.line.due());
  out.require(next && due
                && later(is.all.calm_at.steady, *next)
                     <= later(*due, slop(is.now.steady)),
              "I6", "a timeout does not tell when the next attempt is due");
}

/// Who waits for an attempt when the bearer is closed gets its outcome, if it
/// ends within the grace.
void check_turned_away(const situation& is, const fetch& x, faults& out) {
  const auto& all = is.all;
  out.require(all.ending(), "I14", "stopped without having been asked");
  if (!all.closed || all.stopped || all.abandoned || !is.in_flight_before
      || x.sent.epoch == all.epoch || x.sent.epoch >= all.closed->epoch)
    return;
  const auto& endings = is.line.endings();
  const auto ended_now = !endings.empty() && endings.back().epoch == all.epoch;
  // Its end may have come just before.
  if (ended_now && all.closed->epoch == all.epoch)
    return;
  out.require(is.now.steady >= later(all.closed->at.steady, all.grace), "I14",
              "who waited for an attempt was turned away within the grace");
}

void check_error(const situation& is, const fetch& x, faults& out) {
  const auto& err = x.answer->error();
  const auto say = [&](const char* why) {
    out.add("I6", std::string{why} + ": " + to_string(err));
  };
  if (err == errc::stopped) {
    check_turned_away(is, x, out);
  } else if (err == errc::timed_out) {
    out.require(x.answered->at.steady >= deadline_of(x, is.settings), "I5",
                "timed out ahead of the deadline");
    check_timeout(is, err, out);
  } else if (err == errc::invalid_option) {
    if (!is_mistaken(x.what))
      say("good options were refused");
  } else if (err == errc::unknown_generation) {
    if (!names_unknown_generation(is, x))
      say("a known generation was refused");
  } else if (err == errc::unchanged) {
    if (!may_say_unchanged(is, x))
      say("nothing said that the token is unchanged");
  } else if (!is_outcome_of_attempt(is, x, err)) {
    const auto standing
      = err == errc::permanent_failure && !x.what.renew_synchronous
        && (err == is.line.last_error() || err == is.last_error_before);
    if (!standing)
      say("an error that this fetch has no part in");
  }
}

// -- what must have been answered ---------------------------------------------

void check_owed(const situation& is, const fetch& x, faults& out) {
  if (x.settled || x.killed)
    return;
  out.require(is.now.steady < latest_deadline_of(x, is.settings), "I5",
              "a fetch was not answered by its deadline");
  out.require(!is_mistaken(x.what), "I6",
              "mistaken options were not answered at once");
  out.require(!is.line.stopped(), "I14", "a fetch waits after the end");
  for (const auto& one : is.line.endings()) {
    if (one.epoch != is.all.epoch || x.sent.epoch == is.all.epoch)
      continue;
    out.require(!one.success(), "I5", "a fetch waits on after a success");
    out.require(!wants_outcome(x), "I6",
                "a fetch was not told of the attempt's failure");
    out.require(one.error != errc::permanent_failure, "I12",
                "a fetch waits on after a permanent error");
  }
}

/// Who waits for an attempt that fails while the token is still good gets that
/// one: somebody wished for another, but not so much.
void check_consolation(const situation& is, const fetch& x, faults& out) {
  const auto over = x.settled
                    && !(x.answered && x.answered->epoch == is.all.epoch);
  if (over || x.killed || x.sent.epoch == is.all.epoch || is.all.ending())
    return;
  const auto* last = only_ending(is);
  const auto* there = is.line.current();
  if (!last || last->success() || !is.had || !there
      || there->name != is.had->name || !there->must_last(is.now)
      || may_want_newer(x, there->name))
    return;
  // Its deadline may have come first.
  out.require(x.answer && (*x.answer || x.answer->error() == errc::timed_out),
              "I3", "a failure kept a good token from who waited");
}

/// A fetch that arrives while there is a fresh token for it and nothing stirs.
bool must_hit(const situation& is, const fetch& x) {
  if (!is.had || is.held_before || is.stopped_before || x.what.renew_required
      || is_mistaken(x.what) || x.sent.epoch != is.all.epoch)
    return false;
  if (!is_quiet(is.all, std::numeric_limits<std::size_t>::max())
      || !is.had->must_last(is.now) || is.all.ending())
    return false;
  const auto newer_than = x.what.newer_than.value_or(nobodys);
  return newer_than.count == 0
         || (newer_than.id == is.had->name.id
             && newer_than.count < is.had->name.count);
}

/// A fetch that arrives after a permanent error, with no token for it and no
/// attempt near.
bool must_fail(const situation& is, const fetch& x) {
  return !is.had && is.line.permanent() && !is.in_flight_before
         && !is.line.in_flight() && !is.stopped_before && !is.all.ending()
         && !x.what.renew_synchronous && !is_mistaken(x.what)
         && x.sent.epoch == is.all.epoch && !names_unknown_generation(is, x)
         && is_quiet(is.all, std::numeric_limits<std::size_t>::max());
}

void check_at_once(const situation& is, const fetch& x, faults& out) {
  if (x.killed)
    return;
  if (must_hit(is, x))
    out.require(x.answer && *x.answer
                  && (*x.answer)->generation == is.had->name,
                "I3", "a fresh token was not given at once");
  if (is.held_throughout())
    out.require(!x.answered || x.answered->epoch != is.all.epoch || !*x.answer,
                "I16", "a token was given that was to be renewed first");
  if (must_fail(is, x))
    out.require(x.answer && !*x.answer
                  && x.answer->error() == errc::permanent_failure,
                "I12", "a permanent error was not told at once");
}

} // namespace

caf::timespan deadline_of(const fetch& x, const renewal_settings& settings) {
  auto budget = x.what.timeout.value_or(settings.fetch_timeout);
  if (x.what.renew_request_timeout)
    budget = std::min(budget, *x.what.renew_request_timeout);
  return later(x.sent.at.steady, budget);
}

caf::timespan latest_deadline_of(const fetch& x,
                                 const renewal_settings& settings) {
  // One that was sent during a stall may have arrived at its end.
  const auto on_its_way = x.arrived.value_or(x.sent.at.steady)
                          - x.sent.at.steady;
  return later(deadline_of(x, settings), on_its_way);
}

bool is_quiet(const record& all, std::size_t until) {
  auto stirs = [](const observation& x) {
    if (const auto* told = std::get_if<seen::told>(&x.what))
      return !std::holds_alternative<status>(told->what.what);
    return std::holds_alternative<seen::rejected>(x.what)
           || std::holds_alternative<seen::retry_asked>(x.what)
           || std::holds_alternative<seen::renewal_requested>(x.what)
           || std::holds_alternative<seen::stopped>(x.what)
           || std::holds_alternative<seen::closed>(x.what)
           || std::holds_alternative<seen::abandoned>(x.what)
           || std::holds_alternative<seen::source_answered>(x.what);
  };
  const auto end = std::min(until, all.recent.size());
  return std::none_of(all.recent.begin(),
                      all.recent.begin() + static_cast<std::ptrdiff_t>(end),
                      stirs);
}

void check_rejections(const situation& is, faults& out) {
  for (const auto& x : is.all.recent) {
    const auto* answer = std::get_if<seen::reject_answered>(&x.what);
    // After the end a rejection does nothing.
    if (!answer || is.all.ending())
      continue;
    const auto* known = is.line.find(answer->what.count);
    if (!known || known->name != answer->what)
      out.require(answer->error == errc::unknown_generation, "I4",
                  "the rejection of an unknown generation is not an error");
    else if (known->epoch < is.all.epoch)
      out.require(!answer->error, "I4",
                  "a rejection was refused: " + to_string(answer->error));
  }
}

void check_answers(const situation& is, faults& out) {
  for (const auto& [id, x] : is.all.fetches) {
    out.require(x.answers <= 1, "I5", "a fetch was answered twice");
    if (x.answered && x.answered->epoch == is.all.epoch) {
      if (*x.answer)
        check_token(is, x, out);
      else
        check_error(is, x, out);
    }
    check_owed(is, x, out);
    check_consolation(is, x, out);
    check_at_once(is, x, out);
  }
}

} // namespace bearer::sim::spec
