#include <bearer/internal/refresher.hpp>

#include <bearer/detail/caf_compat.hpp>
#include <bearer/detail/saturating.hpp>
#include <bearer/error.hpp>
#include <bearer/internal/refresh_machine.hpp>
#include <bearer/internal/source_call.hpp>
#include <bearer/internal/subscriptions.hpp>
#include <bearer/internal/waiter_queue.hpp>

#include <caf/actor_system.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace bearer::internal {

namespace {

using token_promise = caf::typed_response_promise<token>;

using done_promise = caf::typed_response_promise<void>;

class refresher_state {
public:
  static constexpr auto name = "bearer.refresher";

  refresher_state(refresher_actor::pointer self, const cache_actor& cache,
                  refresher_config config)
    : self_(self),
      itself_(self->ctrl()),
      cache_(caf::actor_cast<caf::weak_actor_ptr>(cache)),
      source_(std::move(config.source)),
      clock_(std::move(config.clock)),
      owns_source_(config.settings.owns_source),
      machine_(config.settings, config.id, config.seed),
      subscriptions_(self) {
    detail::monitor(self_, cache, [this](const caf::error&) { self_->quit(); });
  }

  refresher_state(const refresher_state&) = delete;

  refresher_state& operator=(const refresher_state&) = delete;

  ~refresher_state() {
    // Quit, killed or failed: whoever waits learns it from us, not from CAF.
    stop();
  }

  refresher_actor::behavior_type make_behavior() {
    return {
      [this](renew_async_atom, const fetch_options& opts,
             caf::timespan budget) {
        return renew(terms_of(opts, false), budget);
      },
      [this](renew_sync_atom, const fetch_options& opts,
             caf::timespan budget) {
        return renew(terms_of(opts, true), budget);
      },
      [this](rejected_atom, const generation& what) {
        if (from_cache())
          reject(what);
      },
      [this](request_renewal_atom) {
        if (from_cache())
          request_renewal();
      },
      [this](prefetch_atom) {
        if (from_cache())
          prefetch();
      },
      [this](stop_atom) {
        if (from_cache())
          stop();
      },
      [this](subscribe_atom, const event_listener& who) { subscribe(who); },
      [this](unsubscribe_atom, const event_listener& who) {
        subscriptions_.remove(who);
      },
      [this](close_atom, caf::timespan grace) { return close(grace); },
      [this](status_atom, const fetch_counters& at_cache) {
        return snapshot(at_cache);
      },
    };
  }

private:
  /// What is left to do after the last fetch.
  enum class phase { open, draining, closing_source, done };

  // -- fetches ----------------------------------------------------------------

  static fetch_terms terms_of(const fetch_options& opts, bool synchronous) {
    auto result = fetch_terms{};
    result.newer_than = opts.newer_than ? opts.newer_than->count : 0;
    result.wants_outcome = synchronous || opts.report_error;
    result.ahead_of_backoff = synchronous;
    return result;
  }

  caf::result<token> renew(const fetch_terms& terms, caf::timespan budget) {
    if (stopped_ || phase_ != phase::open) {
      ++counters_.stopped;
      return caf::make_error(errc::stopped);
    }
    const auto now = observe();
    if (auto answer = machine_.fetch(terms, now)) {
      ++(*answer ? counters_.hits : counters_.failed);
      return std::move(*answer);
    }
    auto promise = self_->make_response_promise<token>();
    waiters_.add(detail::saturating_add(now.steady, budget), terms, promise);
    advance(now);
    return promise;
  }

  void answer(token_promise& to, caf::expected<token> with) {
    ++(with ? counters_.renewed : counters_.failed);
    to.deliver(std::move(with));
  }

  void time_out(time_reading now) {
    auto late = waiters_.take_expired(now.steady);
    if (late.empty())
      return;
    auto details = timeout_details{machine_.last_error(),
                                   machine_.next_attempt_in(now)};
    for (auto& promise : late) {
      ++counters_.timed_out;
      promise.deliver(caf::make_error(errc::timed_out, details));
    }
  }

  void turn_away_waiters() {
    for (auto& promise : waiters_.take_all()) {
      ++counters_.stopped;
      promise.deliver(caf::make_error(errc::stopped));
    }
  }

  // -- wishes -----------------------------------------------------------------

  bool from_cache() const {
    return self_->current_sender().get() == cache_.get();
  }

  void reject(const generation& what) {
    const auto now = observe();
    if (machine_.reject(what.count, now))
      emit(now, events::rejected{what});
    advance(now);
  }

  void request_renewal() {
    const auto now = observe();
    machine_.request_renewal(now);
    advance(now);
  }

  void prefetch() {
    const auto now = observe();
    machine_.prefetch(now);
    advance(now);
  }

  // -- time -------------------------------------------------------------------

  time_reading read_clocks() const {
    return {self_->clock().now(), clock_()};
  }

  /// Starts every step: the clocks come first, so that nothing that follows
  /// relies on a token whose time has come.
  time_reading observe() {
    const auto now = read_clocks();
    if (auto ended = machine_.observe(now)) {
      tell_cache(withdraw_atom_v, *ended);
      emit_suppressed(now);
      emit(now, events::withdrawn{*ended});
    }
    return now;
  }

  /// Ends every step: does whatever is due by now and sets the timer.
  void advance(time_reading now) {
    if (machine_.overdue(now)) {
      end_call();
      settle(machine_.give_up(now), now);
    }
    if (phase_ == phase::open)
      if (auto what = machine_.start_if_due(now))
        start(std::move(*what), now);
    if (machine_.take_release() && machine_.usable(now))
      publish();
    time_out(now);
    if (grace_end_ && *grace_end_ <= now.steady)
      finish_closing();
    set_timer();
  }

  void set_timer() {
    auto wakeup = machine_.next_wakeup();
    for (const auto& other : {waiters_.next_deadline(), grace_end_})
      if (other && (!wakeup || *other < *wakeup))
        wakeup = other;
    // A timer that fires early does no harm and saves setting many of them.
    if (timer_at_ && wakeup && *timer_at_ <= *wakeup)
      return;
    timer_.dispose();
    timer_ = caf::disposable{};
    timer_at_ = wakeup;
    if (wakeup)
      timer_ = detail::schedule(self_, *wakeup, [this] { tick(); });
  }

  void tick() {
    timer_at_.reset();
    advance(observe());
  }

  // -- attempts ---------------------------------------------------------------

  void start(attempt what, time_reading now) {
    emit_suppressed(now);
    emit(now, events::attempt_started{what.number, what.reason,
                                      waiters_.size()});
    call_ = spawn_source_call(self_->system(), source_);
    const auto number = ++calls_;
    detail::mail(self_, fetch_atom_v, std::move(what))
      .request(call_, caf::infinite)
      .then([this, number](token& tok) { finish(number, std::move(tok)); },
            [this, number](caf::error& err) {
              finish(number, name_source_error(std::move(err)));
            });
  }

  /// CAF's own errors about the other actor say nothing to our users.
  static caf::error name_source_error(caf::error err) {
    if (err == caf::sec::request_receiver_down
        || err == caf::sec::broken_promise)
      return caf::make_error(errc::source_down);
    if (err == caf::sec::unexpected_response
        || err == caf::sec::unexpected_message || !err)
      return caf::make_error(errc::source_failed, "answered with no token");
    return err;
  }

  template <class TokenOrError>
  void finish(std::uint64_t number, TokenOrError result) {
    // An attempt that was given up has ended, whatever it still brings.
    if (number != calls_ || !machine_.in_flight())
      return;
    const auto now = observe();
    end_call();
    settle(machine_.finish(std::move(result), now), now);
    advance(now);
  }

  /// Ends the call's actor; the source's answer is of no interest any more.
  void end_call() {
    if (call_)
      detail::mail(self_, stop_atom_v).send(call_);
    call_ = nullptr;
  }

  void settle(const attempt_result& result, time_reading now) {
    if (result.success())
      publish();
    emit_suppressed(now);
    emit_ended(result, now);
    auto judge = [&](const fetch_terms& terms) -> verdict {
      auto answer = machine_.settle(terms, result, now);
      // Those who wait while the bearer is being closed get this outcome.
      if (!answer && phase_ == phase::draining)
        return result.error;
      return answer;
    };
    for (auto& [promise, with] : waiters_.settle(judge))
      answer(promise, std::move(with));
    if (phase_ == phase::draining)
      close_source();
  }

  void emit_ended(const attempt_result& result, time_reading now) {
    emit(now, events::attempt_ended{result.number, result.how, result.error,
                                    is_permanent(result.error),
                                    machine_.next_attempt_in(now)});
    if (result.how != events::outcome::renewed)
      return;
    auto lifetime = std::optional<caf::timespan>{};
    if (const auto& end = machine_.current().expires_at)
      lifetime = detail::saturating_distance(now.wall, *end);
    emit(now, events::published{machine_.newest(), lifetime});
  }

  // -- the cache --------------------------------------------------------------

  template <class... Ts>
  void tell_cache(Ts&&... what) {
    if (auto cache = caf::actor_cast<cache_actor>(cache_))
      detail::mail(self_, std::forward<Ts>(what)...).send(cache);
  }

  void publish() {
    tell_cache(publish_atom_v, machine_.current(), machine_.usable_until());
  }

  // -- events and status ------------------------------------------------------

  template <class Event>
  void emit(time_reading now, Event what) {
    if (!subscriptions_.empty())
      subscriptions_.send(event{now.wall, std::move(what)});
  }

  void emit_suppressed(time_reading now) {
    if (auto what = machine_.take_suppressed(); what != events::suppressed{})
      emit(now, what);
  }

  void subscribe(const event_listener& who) {
    if (!who)
      return;
    if (stopped_)
      detail::mail(self_, event{clock_(), events::stopped{}}).send(who);
    else
      subscriptions_.add(who, event{clock_(), snapshot({})});
  }

  status snapshot(const fetch_counters& at_cache) const {
    auto result = machine_.snapshot(read_clocks());
    result.waiters = waiters_.size();
    result.fetches = counters_;
    result.fetches += at_cache;
    if (phase_ == phase::draining || phase_ == phase::closing_source)
      result.state = bearer_state::closing;
    return result;
  }

  // -- the end ----------------------------------------------------------------

  caf::result<void> close(caf::timespan grace) {
    if (phase_ == phase::done)
      return caf::unit;
    auto promise = self_->make_response_promise<void>();
    closers_.push_back(promise);
    const auto now = observe();
    if (phase_ == phase::open) {
      grace_end_ = detail::saturating_add(now.steady,
                                          std::max(grace, caf::timespan{0}));
      phase_ = phase::draining;
      if (!machine_.in_flight()) {
        turn_away_waiters();
        close_source();
      }
    }
    advance(now);
    return promise;
  }

  /// No attempt is under way any more: what is left of the grace is the
  /// source's.
  void close_source() {
    retire();
    phase_ = phase::closing_source;
    if (!owns_source_ || !source_.closer()) {
      finish_closing();
      return;
    }
    const auto left = std::max(*grace_end_ - self_->clock().now(),
                               caf::timespan::zero());
    call_ = spawn_source_call(self_->system(), source_);
    detail::mail(self_, close_atom_v, left)
      .request(call_, caf::infinite)
      .then([this] { finish_closing(); },
            [this](caf::error&) { finish_closing(); });
  }

  void finish_closing() {
    if (phase_ == phase::draining)
      close_source();
    if (phase_ == phase::done)
      return;
    phase_ = phase::done;
    grace_end_.reset();
    end_call();
    for (auto& promise : std::exchange(closers_, {}))
      promise.deliver();
    set_timer();
  }

  /// Ends all work and answers everybody.
  void retire() {
    if (stopped_)
      return;
    stopped_ = true;
    const auto now = read_clocks();
    machine_.stop();
    end_call();
    turn_away_waiters();
    emit_suppressed(now);
    emit(now, events::stopped{});
    subscriptions_.clear();
  }

  void stop() {
    retire();
    if (phase_ != phase::open)
      finish_closing();
    set_timer();
  }

  refresher_actor::pointer self_;

  /// Keeps this actor alive until it quits. Only the cache has a handle, and
  /// when that goes the waiters must still get their answers.
  caf::strong_actor_ptr itself_;

  caf::weak_actor_ptr cache_;
  any_source source_;
  wall_clock clock_;
  bool owns_source_;

  refresh_machine machine_;
  waiter_queue<token_promise> waiters_;
  subscriptions<refresher_actor::impl> subscriptions_;
  fetch_counters counters_;

  /// The call under way, and how many there were.
  source_call call_;
  std::uint64_t calls_ = 0;

  caf::disposable timer_;
  std::optional<steady_time> timer_at_;

  bool stopped_ = false;
  phase phase_ = phase::open;
  std::optional<steady_time> grace_end_;
  std::vector<done_promise> closers_;
};

} // namespace

refresher_actor spawn_refresher(caf::actor_system& sys,
                                const cache_actor& cache,
                                refresher_config config) {
  using impl = caf::stateful_actor<refresher_state, refresher_actor::impl>;
  return sys.spawn<impl>(cache, std::move(config));
}

} // namespace bearer::internal
