#include <bearer/detail/saturating.hpp>
#include <bearer/error.hpp>
#include <bearer/freshness.hpp>
#include <bearer/internal/refresh_machine.hpp>

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
  : settings_(settings),
    jitter_(jitter_seed, settings.retry_jitter),
    tokens_(id) {
  // nop
}

// -- wishes -------------------------------------------------------------------

verdict refresh_machine::fetch(const fetch_terms& terms, time_reading now) {
  if (stopped_)
    return caf::make_error(errc::stopped);
  const auto newest = tokens_.newest().count;
  if (terms.newer_than > newest)
    return caf::make_error(errc::unknown_generation,
                           "newer_than: this bearer has not published it");
  if (tokens_.fresh(terms.newer_than, now) && !holding())
    return tokens_.current();
  if (!flight_ && !terms.ahead_of_backoff && is_permanent(last_error_))
    return last_error_;
  if (newest > 0 && terms.newer_than == newest)
    newer_wanted_ = true;
  want_attempt(terms.ahead_of_backoff, now);
  return std::nullopt;
}

void refresh_machine::prefetch(time_reading now) {
  if (!stopped_ && !tokens_.fresh(0, now))
    want_attempt(false, now);
}

bool refresh_machine::reject(std::uint64_t count, time_reading now) {
  const auto newest = tokens_.newest().count;
  if (stopped_ || count > newest)
    return false;
  const auto ended = tokens_.reject(count);
  if (count < newest) {
    ++suppressed_.stale_rejections;
    return false;
  }
  // After a permanent error only a new fact may start ahead, and a first
  // rejection is one; there are no more of those than publications.
  want_attempt(ended && is_permanent(last_error_), now);
  return ended;
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

void refresh_machine::expect_newer(std::uint64_t asked, time_reading now) {
  if (!used_ || stopped_ || asked < attempts_)
    return;
  // It may have overtaken the end of that attempt.
  if (flight_)
    ask_again_ = true;
  else
    bring_forward(earliest_start(now));
}

void refresh_machine::look_again(std::uint64_t asked, time_reading now) {
  if (failures_ == 0)
    expect_newer(asked, now);
}

bool refresh_machine::reject_given(const generation& number, time_reading now) {
  // It may have been given just now, and be on its way; so may an older one.
  if (number.id != refused_.id || number.count > refused_.count)
    refused_ = number;
  return is_refused(tokens_.given_number()) && !tokens_.rejected()
         && reject(tokens_.newest().count, now);
}

void refresh_machine::note_obstacle(std::uint64_t asked, caf::error what) {
  if (asked > 0 && asked == attempts_)
    obstacle_ = std::move(what);
}

bool refresh_machine::is_refused(const generation& given) const noexcept {
  return given.count > 0 && given.id == refused_.id
         && given.count <= refused_.count;
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
  if (!tokens_.expire(now))
    return std::nullopt;
  if (calm)
    bring_forward(earliest_start(now));
  return tokens_.newest();
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
  obstacle_ = caf::error{};
  ++attempts_;
  return attempt{number,   limit, reason(), tokens_.given(), tokens_.refused(),
                 attempts_};
}

bool refresh_machine::overdue(time_reading now) const noexcept {
  return flight_ && now.steady >= flight_->deadline;
}

std::optional<steady_time> refresh_machine::next_wakeup() const noexcept {
  const auto attempt = flight_ ? std::optional{flight_->deadline} : due_;
  const auto end = tokens_.steady_end();
  auto result = earlier(attempt, end);
  // Only a token with an end or a refresh on the wall clock needs the look.
  if (refresh_at_ || end)
    result = earlier(result, next_look_);
  return result;
}

attempt_reason refresh_machine::reason() const noexcept {
  // Derived, so that a retry keeps its reason unless a stronger one came up.
  if (tokens_.newest().count == 0)
    return attempt_reason::first;
  if (tokens_.rejected())
    return attempt_reason::rejected;
  return newer_wanted_ ? attempt_reason::requested : attempt_reason::scheduled;
}

steady_time refresh_machine::earliest_start(time_reading now) const noexcept {
  if (!last_start_)
    return now.steady;
  return std::max(now.steady, detail::saturating_add(
                                *last_start_, settings_.initial_retry_timeout));
}

void refresh_machine::bring_forward(steady_time when) noexcept {
  due_ = due_ ? std::min(*due_, when) : when;
}

// -- the end of an attempt ----------------------------------------------------

attempt_result refresh_machine::finish(const token& tok, time_reading now) {
  if (auto fault = tokens_.find_fault(tok, now))
    return fail(events::outcome::failed, std::move(fault), now);
  if (is_refused(tok.generation))
    return fail(events::outcome::failed, caf::make_error(errc::rejected_token),
                now);
  auto result = attempt_result{};
  result.number = flight_->number;
  if (tokens_.is_newest_secret(tok))
    result.how = events::outcome::unchanged;
  flight_.reset();
  failures_ = 0;
  last_error_ = caf::error{};
  obstacle_ = caf::error{};
  newer_wanted_ = false;
  hold_ = false;
  tokens_.accept(settings_, tok, now);
  schedule_refresh(tok, now);
  catch_up(now);
  return result;
}

attempt_result refresh_machine::finish(caf::error err, time_reading now) {
  return fail(events::outcome::failed, std::move(err), now);
}

attempt_result refresh_machine::give_up(time_reading now) {
  return fail(events::outcome::given_up,
              caf::make_error(errc::attempt_timed_out), now);
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
  obstacle_ = caf::error{};
  release_ = std::exchange(hold_, false);
  ++failed_attempts_;
  auto delay = is_permanent(err) ? settings_.max_retry_timeout
                                 : backoff_delay(settings_, failures_);
  delay = jittered_backoff(settings_, delay, jitter_.next());
  delay = raise_to_retry_after(settings_, delay, retry_after_of(err));
  due_ = std::max(detail::saturating_add(now.steady, delay),
                  earliest_start(now));
  last_error_ = std::move(err);
  catch_up(now);
  return result;
}

void refresh_machine::catch_up(time_reading now) noexcept {
  if (std::exchange(ask_again_, false))
    bring_forward(earliest_start(now));
}

verdict refresh_machine::settle(const fetch_terms& terms,
                                const attempt_result& result,
                                time_reading now) const {
  if (tokens_.fresh(terms.newer_than, now))
    return tokens_.current();
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
  tokens_.clear();
  due_.reset();
  refresh_at_.reset();
  flight_.reset();
}

// -- observers ----------------------------------------------------------------

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
    result.expires_at = current().expires_at;
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

void refresh_machine::add_suppressed(const events::suppressed& more) noexcept {
  suppressed_.stale_rejections += more.stale_rejections;
  suppressed_.coalesced += more.coalesced;
  suppressed_.rate_limited += more.rate_limited;
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
