#include <bearer/detail/caf_compat.hpp>
#include <bearer/detail/monitor.hpp>
#include <bearer/detail/saturating.hpp>
#include <bearer/error.hpp>
#include <bearer/internal/alarm.hpp>
#include <bearer/internal/announcer.hpp>
#include <bearer/internal/answer.hpp>
#include <bearer/internal/fetch_reply.hpp>
#include <bearer/internal/graceful_end.hpp>
#include <bearer/internal/miss_queue.hpp>
#include <bearer/internal/refresh_machine.hpp>
#include <bearer/internal/refresher.hpp>
#include <bearer/internal/source_caller.hpp>
#include <bearer/internal/waiting_fetches.hpp>

#include <caf/actor_system.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

namespace bearer::internal {

namespace {

class refresher_state {
public:
  static constexpr auto name = "bearer.refresher";

  refresher_state(refresher_actor::pointer self, const cache_actor& cache,
                  refresher_config config)
    : self_(self),
      itself_(self->ctrl()),
      cache_(caf::actor_cast<caf::weak_actor_ptr>(cache)),
      source_(self, std::move(config.source)),
      slot_(std::move(config.slot)),
      owns_source_(config.settings.owns_source),
      machine_(config.settings, config.id, config.seed),
      waiting_(self, *slot_),
      listeners_(self, machine_),
      alarm_(self) {
    detail::ignore_errors(self_);
    detail::watch(self_, cache, [this](const caf::error&) { self_->quit(); });
  }

  refresher_state(const refresher_state&) = delete;

  refresher_state& operator=(const refresher_state&) = delete;

  ~refresher_state() {
    // Quit, killed or failed: whoever waits learns it from us, not from CAF.
    stop();
  }

  refresher_actor::behavior_type make_behavior() {
    return {
      [this](renew_async_atom, const missed_fetches& what) {
        if (from_cache() && what.queue())
          renew(*what.queue(), false);
      },
      [this](renew_sync_atom, const missed_fetches& what) {
        if (from_cache() && what.queue())
          renew(*what.queue(), true);
      },
      [this](rejected_atom, const generation& what) {
        if (from_cache())
          reject(what);
        else if (from_source())
          reject_given(what);
      },
      [this](news_atom, std::uint64_t asked) {
        if (from_source())
          expect_newer(asked);
      },
      [this](lost_atom, std::uint64_t asked) {
        if (from_source())
          look_again(asked);
      },
      [this](obstacle_atom, std::uint64_t asked, const caf::error& what) {
        if (from_source())
          machine_.note_obstacle(asked, what);
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
      [this](subscribe_atom, const event_listener& who,
             const fetch_counters& at_cache) {
        listeners_.add(who, read_clocks(), snapshot(at_cache));
      },
      [this](unsubscribe_atom, const event_listener& who) {
        listeners_.remove(who);
      },
      [this](close_atom, caf::timespan grace) { return close(grace); },
      [this](status_atom, const fetch_counters& at_cache) {
        return answer(self_, caf::expected<status>{snapshot(at_cache)});
      },
    };
  }

private:
  // -- fetches ----------------------------------------------------------------

  void renew(miss_queue& what, bool synchronous) {
    // First, so that the clocks are not behind those who join.
    what.close();
    const auto now = observe();
    what.take([&](miss& one) {
      if (synchronous)
        one.terms.wants_outcome = one.terms.ahead_of_backoff = true;
      renew(std::move(one), now);
    });
    advance(now);
  }

  void renew(miss what, time_reading now) {
    if (!end_.not_begun()) {
      waiting_.answer_at_once(std::move(what.reply),
                              caf::make_error(errc::stopped));
      return;
    }
    if (auto answer = machine_.fetch(what.terms, now)) {
      waiting_.answer_at_once(std::move(what.reply), *answer);
      return;
    }
    waiting_.add(detail::saturating_add(now.steady, what.budget), what.terms,
                 std::move(what.reply));
    // Others join what the first one starts.
    if (!machine_.in_flight())
      advance(now);
  }

  // -- wishes -----------------------------------------------------------------

  bool from_cache() const {
    return self_->current_sender().get() == cache_.get();
  }

  void reject(const generation& what) {
    const auto now = observe();
    if (machine_.reject(what.count, now))
      listeners_.rejected(what, now);
    advance(now);
    // From here on those that say the same are only counted.
    slot_->settle_rejection(what.count);
  }

  void collect_repeats() {
    machine_.add_suppressed(slot_->take_repeats());
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

  // -- what the source says unasked -------------------------------------------

  bool from_source() const {
    return source_.is(self_->current_sender());
  }

  void expect_newer(std::uint64_t asked) {
    const auto now = observe();
    machine_.expect_newer(asked, now);
    advance(now);
  }

  void look_again(std::uint64_t asked) {
    const auto now = observe();
    machine_.look_again(asked, now);
    advance(now);
  }

  void reject_given(const generation& number) {
    const auto now = observe();
    if (machine_.reject_given(number, now)) {
      withdraw(machine_.newest());
      slot_->raise_floor(machine_.newest().count);
      listeners_.rejected(machine_.newest(), now);
    }
    advance(now);
  }

  // -- time -------------------------------------------------------------------

  time_reading read_clocks() const {
    return {self_->clock().now(), slot_->now()};
  }

  /// Starts every step: the clocks come first, so that nothing that follows
  /// relies on a token whose time has come.
  time_reading observe() {
    const auto now = read_clocks();
    if (auto ended = machine_.observe(now)) {
      withdraw(*ended);
      listeners_.withdrawn(*ended, now);
    }
    return now;
  }

  /// Ends every step: does whatever is due by now and sets the timer.
  void advance(time_reading now) {
    if (machine_.overdue(now))
      settle(machine_.give_up(now), now);
    if (end_.not_begun())
      if (auto what = machine_.start_if_due(now))
        start(std::move(*what), now);
    if (machine_.take_release() && machine_.usable(now))
      publish();
    if (waiting_.overdue(now.steady))
      waiting_.time_out(now.steady,
                        {machine_.obstacle(), machine_.next_attempt_in(now)});
    if (end_.overdue(now))
      finish_closing();
    set_alarm();
  }

  void set_alarm() {
    alarm_.set(earlier(machine_.next_wakeup(),
                       earlier(waiting_.next_deadline(), end_.deadline())),
               [this] { advance(observe()); });
  }

  // -- attempts ---------------------------------------------------------------

  void start(attempt what, time_reading now) {
    collect_repeats();
    slot_->set_in_flight(true);
    listeners_.started(what, waiting_.size(), now);
    source_.fetch(std::move(what), [this](auto&& outcome) {
      finish(std::forward<decltype(outcome)>(outcome));
    });
  }

  template <class TokenOrError>
  void finish(TokenOrError&& outcome) {
    const auto now = observe();
    settle(machine_.finish(std::forward<TokenOrError>(outcome), now), now);
    advance(now);
  }

  /// Tells everybody how an attempt ended: those who wait last, so that nobody
  /// ever reads an older token than he was given.
  void settle(const attempt_result& result, time_reading now) {
    collect_repeats();
    slot_->set_in_flight(false);
    if (result.success())
      publish();
    listeners_.ended(result, now);
    waiting_.settle([&](const fetch_terms& terms) -> verdict {
      auto answer = machine_.settle(terms, result, now);
      // Those who wait while the bearer is being closed get this outcome.
      if (!answer && end_.draining())
        return result.error;
      return answer;
    });
    // Runs what sources have attached to the call, so comes after our duties.
    source_.end();
    if (end_.draining())
      close_source(now);
  }

  // -- the cache --------------------------------------------------------------

  template <class... Ts>
  void tell_cache(Ts&&... what) {
    if (auto cache = caf::actor_cast<cache_actor>(cache_))
      detail::mail(self_, std::forward<Ts>(what)...).send(cache);
  }

  /// First where everybody can read it: with its message to the cache we may
  /// have to answer others in its place.
  void publish() {
    slot_->publish(machine_.current(), machine_.usable_until(),
                   machine_.steady_end());
    tell_cache(publish_atom_v, machine_.current(), machine_.usable_until());
  }

  /// First from the cache: who can read nothing asks there.
  void withdraw(const generation& what) {
    tell_cache(withdraw_atom_v, what);
    slot_->withdraw();
  }

  // -- status -----------------------------------------------------------------

  status snapshot(const fetch_counters& at_cache) {
    collect_repeats();
    auto result = machine_.snapshot(read_clocks());
    result.waiters = waiting_.size();
    result.fetches = waiting_.counters();
    result.fetches += at_cache;
    if (end_.under_way())
      result.state = bearer_state::closing;
    return result;
  }

  // -- the end ----------------------------------------------------------------

  caf::result<void> close(caf::timespan grace) {
    if (end_.done())
      return caf::unit;
    auto promise = self_->make_response_promise<void>();
    const auto now = observe();
    const auto first = end_.not_begun();
    if (first)
      end_.begin(grace, now);
    end_.join(promise);
    if (first && !machine_.in_flight())
      close_source(now);
    advance(now);
    return promise;
  }

  /// No attempt is under way any more, or its time is over: what is left of the
  /// grace is the source's.
  void close_source(time_reading now) {
    retire();
    end_.drained();
    if (owns_source_ && source_.closable())
      source_.close(end_.left(now), [this] { finish_closing(); });
    else
      finish_closing();
  }

  void finish_closing() {
    if (end_.draining())
      close_source(read_clocks());
    if (end_.done())
      return;
    end_.finish();
    source_.end();
    set_alarm();
  }

  /// Ends all work and answers everybody.
  void retire() {
    if (stopped_)
      return;
    stopped_ = true;
    const auto now = read_clocks();
    collect_repeats();
    machine_.stop();
    waiting_.turn_away();
    listeners_.stopped(now);
    source_.end();
  }

  void stop() {
    retire();
    if (end_.under_way()) {
      end_.cut_short(read_clocks());
      finish_closing();
    }
    set_alarm();
  }

  refresher_actor::pointer self_;

  /// Keeps this actor alive until it quits. Only the cache has a handle, and
  /// when that goes the waiters must still get their answers.
  caf::strong_actor_ptr itself_;

  caf::weak_actor_ptr cache_;
  source_caller<refresher_actor::impl> source_;
  std::shared_ptr<detail::local_slot> slot_;
  bool owns_source_;
  bool stopped_ = false;

  refresh_machine machine_;
  waiting_fetches<refresher_actor::impl> waiting_;
  announcer<refresher_actor::impl> listeners_;
  alarm<refresher_actor::impl> alarm_;

  graceful_end end_;
};

} // namespace

refresher_actor spawn_refresher(caf::actor_system& sys,
                                const cache_actor& cache,
                                refresher_config config) {
  using impl = caf::stateful_actor<refresher_state, refresher_actor::impl>;
  return sys.spawn<impl>(cache, std::move(config));
}

} // namespace bearer::internal
