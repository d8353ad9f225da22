#include <bearer/error.hpp>

#include "simulation/spec/arithmetic.hpp"
#include "simulation/spec/rules.hpp"

namespace bearer::sim::spec {

namespace {

/// How many fetches ended how, as their callers saw it.
struct tally {
  std::uint64_t hits = 0;
  std::uint64_t renewed = 0;
  /// Got a token, at once or not.
  std::uint64_t either = 0;
  std::uint64_t failed = 0;
  std::uint64_t timed_out = 0;
  std::uint64_t stopped = 0;
  /// Those whose callers were killed.
  std::uint64_t unknown = 0;
  std::uint64_t waiting = 0;

  std::uint64_t answered() const {
    return hits + renewed + either + failed + timed_out + stopped;
  }
};

/// Where a fetch counts that got a token.
std::uint64_t& tokens(tally& in, std::optional<bool> waited) {
  if (!waited)
    return in.either;
  return *waited ? in.renewed : in.hits;
}

tally count(const record& all) {
  auto result = tally{};
  for (const auto& [id, x] : all.fetches) {
    if (!x.answer)
      ++(x.killed ? result.unknown : result.waiting);
    else if (*x.answer)
      ++tokens(result, x.waited);
    else if (x.answer->error() == errc::timed_out)
      ++result.timed_out;
    else if (x.answer->error() == errc::stopped)
      ++result.stopped;
    else
      ++result.failed;
  }
  return result;
}

bool within(std::uint64_t x, std::uint64_t least, std::uint64_t more) {
  return least <= x && x <= least + more;
}

void check_counters(const tally& seen_by_callers, const fetch_counters& x,
                    faults& out) {
  const auto& c = seen_by_callers;
  const auto tokens = c.hits + c.renewed + c.either;
  out.require(within(x.hits, c.hits, c.either + c.unknown)
                && within(x.renewed, c.renewed, c.either + c.unknown)
                && within(x.hits + x.renewed, tokens, c.unknown)
                && within(x.failed, c.failed, c.unknown)
                && within(x.timed_out, c.timed_out, c.unknown)
                && within(x.stopped, c.stopped, c.unknown)
                && within(x.total(), c.answered(), c.unknown),
              "I18", "the counters do not add up to the answers");
}

/// A reader tells of its reads when it sees another token, at the latest.
void check_reads_told(const record& all, const fetch_counters& x, faults& out) {
  auto past = std::uint64_t{0};
  auto total = std::uint64_t{0};
  for (const auto& [id, reader] : all.readers) {
    past += reader.past;
    total += reader.all;
  }
  out.require(past <= x.fast_reads && x.fast_reads <= total, "I18",
              "the status tells other reads than there were");
}

/// When the next attempt starts.
void check_next_attempt(const situation& is, const status& x, faults& out) {
  const auto next = x.next_attempt_in;
  const auto expected = is.line.next_start(is.now);
  if (!next) {
    out.require(!expected, "I18",
                "the status does not tell when the next attempt starts");
    return;
  }
  if (!expected) {
    out.require(!is.line.in_flight() && is.line.wanted(), "I18",
                "the status tells of an attempt that will not be");
    return;
  }
  const auto when = later(is.now.steady, *next);
  const auto margin = slop(when);
  out.require(later(when, margin) >= expected->low
                && when <= later(expected->high, margin),
              "I18", "the status tells another time of the next attempt");
}

bool is_possible(bearer_state state, const timeline& line) {
  if (line.in_flight())
    return state == bearer_state::attempting;
  if (line.failures() > 0)
    return state == bearer_state::backoff;
  if (line.due())
    return state == bearer_state::scheduled;
  return state == bearer_state::idle
         || (state == bearer_state::scheduled && line.wanted());
}

/// Of a bearer that nobody has asked to end.
void check_running(const situation& is, const status& x, const tally& c,
                   faults& out) {
  const auto wanted = is.line.current();
  out.require(is_possible(x.state, is.line), "I18",
              "the status names another state");
  if (wanted && wanted->must_last(is.now))
    out.require(x.current == wanted->name
                  && x.expires_at == wanted->given.expires_at,
                "I18", "the status does not name the current token");
  if (!wanted)
    out.require(!x.current, "I18", "the status names a token that is gone");
  out.require(x.failures == is.line.failures()
                && x.last_error == is.line.last_error(),
              "I18", "the status tells other failures");
  out.require(within(x.waiters, c.waiting, c.unknown), "I18",
              "the status tells another number of waiters");
  check_next_attempt(is, x, out);
}

/// A question that was asked when nothing else was going on, which may come
/// before the answer or after it.
struct lone_question {
  bool asked = false;
  const seen::status_answered* answer = nullptr;
};

lone_question find_question(const record& all) {
  auto result = lone_question{};
  for (const auto& x : all.recent) {
    // Whoever reads disturbs nobody.
    if (std::holds_alternative<seen::was_read>(x.what))
      continue;
    if (!result.asked && std::holds_alternative<seen::status_asked>(x.what))
      result.asked = true;
    else if (const auto* answer = std::get_if<seen::status_answered>(&x.what);
             answer && result.asked && !result.answer)
      result.answer = answer;
    else
      return {};
  }
  return result;
}

} // namespace

void check_statuses(const situation& is, faults& out) {
  const auto [asked, answer] = find_question(is.all);
  if (!asked)
    return;
  if (!answer) {
    out.add("I14", "nobody answered who asked for the status");
    return;
  }
  const auto& x = answer->what;
  out.require(x.attempts == is.line.attempts()
                && x.failed_attempts == is.line.failed_attempts(),
              "I18", "the status tells other attempts");
  const auto c = count(is.all);
  check_counters(c, x.fetches, out);
  check_reads_told(is.all, x.fetches, out);
  if (!is.all.ending())
    check_running(is, x, c, out);
  out.require(!is.line.stopped() || x.state == bearer_state::stopped
                || x.state == bearer_state::closing,
              "I14", "the status of a stopped bearer tells another state");
}

} // namespace bearer::sim::spec
