#include <bearer/internal/refresh_machine.hpp>

#include <bearer/detail/saturating.hpp>
#include <bearer/error.hpp>
#include <bearer/freshness.hpp>

#include <algorithm>
#include <chrono>
#include <limits>
#include <utility>

namespace bearer::internal {

namespace {

/// Suspends and steps of the wall clock are noticed within this time.
constexpr auto longest_look_away = std::chrono::minutes{1};

} // namespace

refresh_machine::refresh_machine(const renewal_settings& settings,
                                 std::uint64_t id, std::uint64_t jitter_seed)
  : settings_(settings), jitter_(jitter_seed, settings.retry_jitter), id_(id) {
  // nop
}

// -- wishes -------------------------------------------------------------------

verdict refresh_machine::fetch(const fetch_terms& terms, time_reading now) {
  if (stopped_)
    return caf::make_error(errc::stopped);
  if (terms.newer_than > count_)
    return caf::make_error(errc::unknown_generation,
                           "newer_than: this bearer has not published it");
  if (fresh(terms.newer_than, now) && !holding())
    return current_;
  if (!flight_ && !terms.ahead_of_backoff && is_permanent(last_error_))
    return last_error_;
  if (count_ > 0 && terms.newer_than == count_)
    newer_wanted_ = true;
  want_attempt(terms.ahead_of_backoff, now);
  return std::nullopt;
}

void refresh_machine::prefetch(time_reading now) {
  if (!stopped_ && !fresh(0, now))
    want_attempt(false, now);
}

bool refresh_machine::reject(std::uint64_t count, time_reading now) {
  if (stopped_ || count > count_)
    return false;
  if (count < count_) {
    floor_ = std::max(floor_, count);
    ++suppressed_.stale_rejections;
    return false;
  }
  const auto first = !rejected();
  if (first) {
    floor_ = count;
    rejected_secret_ = given_.access_token;
    current_ = token{};
  }
  // After a permanent error only a new fact may start ahead, and a first
  // rejection is one; there are no more of those than publications.
  want_attempt(first && is_permanent(last_error_), now);
  return first;
}

void refresh_machine::request_renewal(time_reading now) {
  // Work starts with the first fetch or prefetch only.
  if (stopped_ || !used_)
    return;
  newer_wanted_ = true;
  want_attempt(false, now);
  // Never through a backoff: that may take long, and the token is still good.
  hold_ = flight_ || failures_ == 0;
  release_ = !hold_;
}

void refresh_machine::want_attempt(bool ahead_of_backoff, time_reading now) {
  used_ = true;
  if (flight_) {
    ++suppressed_.coalesced;
    return;
  }
  if (failures_ == 0 || ahead_of_backoff)
    bring_forward(earliest_start(now));
  if (*due_ > now.steady)
    ++suppressed_.rate_limited;
}

// -- the passing of time ------------------------------------------------------

std::optional<generation> refresh_machine::observe(time_reading now) {
  next_look_ = detail::saturating_add(now.steady, longest_look_away);
  const auto calm = !stopped_ && !flight_ && failures_ == 0;
  if (calm && refresh_at_ && now.wall >= *refresh_at_)
    bring_forward(earliest_start(now));
  if (current_.access_token.empty() || usable(now))
    return std::nullopt;
  if (calm)
    bring_forward(earliest_start(now));
  current_ = token{};
  return newest();
}

std::optional<attempt> refresh_machine::start_if_due(time_reading now) {
  if (flight_ || !due_ || *due_ > now.steady)
    return std::nullopt;
  due_.reset();
  refresh_at_.reset();
  last_start_ = now.steady;
  const auto limit = settings_.refresh_request_timeout;
  const auto number = failures_ < std::numeric_limits<std::uint64_t>::max()
                        ? failures_ + 1
                        : failures_;
  flight_ = flight{number, detail::saturating_add(now.steady, limit)};
  ++attempts_;
  return attempt{number, limit, reason(), given_};
}

bool refresh_machine::overdue(time_reading now) const noexcept {
  return flight_ && now.steady >= flight_->deadline;
}

std::optional<steady_time> refresh_machine::next_wakeup() const noexcept {
  auto result = flight_ ? std::optional{flight_->deadline} : due_;
  auto consider = [&result](steady_time when) {
    result = result ? std::min(*result, when) : when;
  };
  const auto has_token = !current_.access_token.empty();
  if (has_token && usable_until_steady_ != steady_time::max())
    consider(usable_until_steady_);
  // Only a token with an end or a refresh on the wall clock needs the look.
  if (refresh_at_ || (has_token && usable_until_ != never))
    consider(next_look_);
  return result;
}

attempt_reason refresh_machine::reason() const noexcept {
  // Derived, so that a retry keeps its reason unless a stronger one came up.
  if (count_ == 0)
    return attempt_reason::first;
  if (rejected())
    return attempt_reason::rejected;
  return newer_wanted_ ? attempt_reason::requested : attempt_reason::scheduled;
}

steady_time refresh_machine::earliest_start(time_reading now) const noexcept {
  if (!last_start_)
    return now.steady;
  return std::max(now.steady,
                  detail::saturating_add(*last_start_,
                                         settings_.initial_retry_timeout));
}

void refresh_machine::bring_forward(steady_time when) noexcept {
  due_ = due_ ? std::min(*due_, when) : when;
}

// -- the end of an attempt ----------------------------------------------------

attempt_result refresh_machine::finish(token tok, time_reading now) {
  if (auto fault = find_fault(tok, now))
    return fail(events::outcome::failed, std::move(fault), now);
  auto result = attempt_result{};
  result.number = flight_->number;
  if (is_current_secret(tok))
    result.how = events::outcome::unchanged;
  flight_.reset();
  failures_ = 0;
  last_error_ = caf::error{};
  newer_wanted_ = false;
  hold_ = false;
  accept(tok, now);
  return result;
}

attempt_result refresh_machine::finish(caf::error err, time_reading now) {
  return fail(events::outcome::failed, std::move(err), now);
}

attempt_result refresh_machine::give_up(time_reading now) {
  return fail(events::outcome::given_up,
              caf::make_error(errc::attempt_timed_out), now);
}

caf::error refresh_machine::find_fault(const token& tok,
                                       time_reading now) const {
  const auto& text = tok.access_token;
  if (text.empty())
    return caf::make_error(errc::empty_token);
  if (!is_well_formed(text.view()))
    return caf::make_error(errc::malformed_token);
  if (auto left = lifetime_left(tok, now.wall); left && left->count() <= 0)
    return caf::make_error(errc::expired_token);
  if (text == rejected_secret_)
    return caf::make_error(errc::rejected_token);
  // The end of a token that came before stays what it was, although a token
  // that came now with as little time left would get a smaller margin.
  if (is_current_secret(tok) && tok.expires_at == given_.expires_at
      && current_.access_token.empty())
    return caf::make_error(errc::expired_token);
  return {};
}

bool refresh_machine::is_current_secret(const token& tok) const noexcept {
  return count_ > 0 && !rejected() && tok.access_token == given_.access_token;
}

void refresh_machine::accept(const token& tok, time_reading now) {
  const auto same = is_current_secret(tok);
  if (!same)
    ++count_;
  if (!same || tok.expires_at != given_.expires_at) {
    usable_until_ = bearer::usable_until(settings_, tok, now.wall);
    usable_until_steady_
      = usable_until_ == never
          ? steady_time::max()
          : detail::saturating_add(now.steady, detail::saturating_distance(
                                                 now.wall, usable_until_));
  }
  given_ = tok;
  current_ = tok;
  current_.generation = newest();
  schedule_refresh(tok, now);
}

void refresh_machine::schedule_refresh(const token& tok, time_reading now) {
  due_.reset();
  refresh_at_.reset();
  auto delay = refresh_delay(settings_, tok, now.wall);
  if (!delay)
    return;
  delay = jittered_refresh(*delay, jitter_.next());
  due_ = std::max(detail::saturating_add(now.steady, *delay),
                  earliest_start(now));
  refresh_at_ = detail::saturating_add(now.wall, *delay);
}

attempt_result refresh_machine::fail(events::outcome how, caf::error err,
                                     time_reading now) {
  auto result = attempt_result{flight_->number, how, err};
  flight_.reset();
  failures_ = result.number;
  release_ = std::exchange(hold_, false);
  ++failed_attempts_;
  auto delay = is_permanent(err) ? settings_.max_retry_timeout
                                 : backoff_delay(settings_, failures_);
  delay = jittered_backoff(settings_, delay, jitter_.next());
  delay = raise_to_retry_after(settings_, delay, retry_after_of(err));
  due_ = std::max(detail::saturating_add(now.steady, delay),
                  earliest_start(now));
  last_error_ = std::move(err);
  return result;
}

verdict refresh_machine::settle(const fetch_terms& terms,
                                const attempt_result& result,
                                time_reading now) const {
  if (fresh(terms.newer_than, now))
    return current_;
  if (result.success()) {
    // Every new token satisfies everybody, so this one is not new.
    return caf::make_error(errc::unchanged);
  }
  if (terms.wants_outcome || is_permanent(result.error))
    return result.error;
  return std::nullopt;
}

void refresh_machine::stop() {
  stopped_ = true;
  hold_ = false;
  current_ = token{};
  given_ = token{};
  rejected_secret_ = secret{};
  due_.reset();
  refresh_at_.reset();
  flight_.reset();
}

// -- observers ----------------------------------------------------------------

bool refresh_machine::usable(time_reading now) const noexcept {
  return !current_.access_token.empty() && now.wall < usable_until_
         && now.steady < usable_until_steady_;
}

bool refresh_machine::fresh(std::uint64_t newer_than,
                            time_reading now) const noexcept {
  return usable(now) && count_ > std::max(newer_than, floor_);
}

std::optional<caf::timespan>
refresh_machine::next_attempt_in(time_reading now) const noexcept {
  if (flight_ || !due_)
    return std::nullopt;
  return std::max(*due_ - now.steady, caf::timespan::zero());
}

status refresh_machine::snapshot(time_reading now) const {
  auto result = status{};
  if (stopped_)
    result.state = bearer_state::stopped;
  else if (flight_)
    result.state = bearer_state::attempting;
  else if (failures_ > 0)
    result.state = bearer_state::backoff;
  else if (due_)
    result.state = bearer_state::scheduled;
  if (usable(now)) {
    result.current = newest();
    result.expires_at = current_.expires_at;
  }
  result.failures = failures_;
  result.last_error = last_error_;
  result.next_attempt_in = next_attempt_in(now);
  result.attempts = attempts_;
  result.failed_attempts = failed_attempts_;
  result.stale_rejections = suppressed_.stale_rejections;
  result.coalesced = suppressed_.coalesced;
  result.rate_limited = suppressed_.rate_limited;
  return result;
}

events::suppressed refresh_machine::take_suppressed() noexcept {
  auto result = events::suppressed{
    suppressed_.stale_rejections - reported_.stale_rejections,
    suppressed_.coalesced - reported_.coalesced,
    suppressed_.rate_limited - reported_.rate_limited};
  reported_ = suppressed_;
  return result;
}

} // namespace bearer::internal
