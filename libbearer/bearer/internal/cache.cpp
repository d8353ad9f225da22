#include <bearer/detail/caf_compat.hpp>
#include <bearer/detail/monitor.hpp>
#include <bearer/detail/thread_memory.hpp>
#include <bearer/error.hpp>
#include <bearer/internal/answer.hpp>
#include <bearer/internal/cache.hpp>
#include <bearer/internal/fetch_reply.hpp>
#include <bearer/internal/in_place_actor.hpp>
#include <bearer/internal/match.hpp>
#include <bearer/internal/miss_queue.hpp>

#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <caf/message_priority.hpp>

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace bearer::internal {

namespace {

class cache final : public in_place_actor {
public:
  explicit cache(cache_config config)
    : id_(config.id),
      fetch_timeout_(config.fetch_timeout),
      slot_(std::move(config.slot)),
      make_refresher_(
        std::make_unique<refresher_maker>(std::move(config.make_refresher))) {
    // nop
  }

  const char* name() const final {
    return "bearer.cache";
  }

protected:
  bool receive(const caf::message& what) final {
    if (make_refresher_)
      start();
    return receive_fetch(what) || receive_wish(what) || receive_news(what)
           || receive_request(what);
  }

  void on_end() noexcept final {
    slot_->vanish();
    make_refresher_.reset();
    refresher_ = nullptr;
    token_ = token{};
  }

private:
  /// Not before somebody needs it: most bearers of a large family are idle.
  void start() {
    const auto memory = detail::thread_memory{};
    // Before anybody can know the refresher, and only for this one use.
    const auto make = std::exchange(make_refresher_, nullptr);
    refresher_ = (*make)(caf::actor_cast<cache_actor>(ctrl()));
    detail::watch(this, refresher_,
                  [this](const caf::error&) { lose_refresher(); });
  }

  // -- messages ---------------------------------------------------------------

  bool receive_fetch(const caf::message& what) {
    return match<fetch_atom, fetch_options>(
             what, [this](fetch_atom, const auto& opts) { fetch(opts, {}); })
           || match<fetch_atom, fetch_options, receiver_link>(
             what, [this](fetch_atom, const auto& opts, const auto& via) {
               fetch(opts, via);
             });
  }

  bool receive_wish(const caf::message& what) {
    return match<reject_atom, generation>(
             what, [this](auto, const auto& refused) { reject(refused); })
           || match<request_renewal_atom>(what,
                                          [this](auto) { request_renewal(); })
           || match<prefetch_atom>(what, [this](auto) { prefetch(); })
           || match<stop_atom>(what, [this](auto) { stop(); });
  }

  bool receive_news(const caf::message& what) {
    return match<publish_atom, token, caf::timestamp>(
             what, [this](auto, const auto& tok,
                          caf::timestamp until) { publish(tok, until); })
           || match<withdraw_atom, generation>(
             what, [this](auto, const auto& ended) { withdraw(ended); });
  }

  bool receive_request(const caf::message& what) {
    return match<status_atom>(what, [this](auto) { snapshot(); })
           || match<subscribe_atom, event_listener>(
             what, [this](auto, const auto& who) { subscribe(who); })
           || match<unsubscribe_atom, event_listener>(
             what, [this](auto, const auto& who) { unsubscribe(who); })
           || match<close_atom, caf::timespan>(
             what, [this](auto, caf::timespan grace) { close(grace); });
  }

  // -- answers ----------------------------------------------------------------

  void answer_with(const caf::expected<token>& what) {
    answer(fetch_answer{what}.content());
  }

  /// Says that a wish has been noted, if anybody has asked.
  void confirm() {
    if (!is_only_sent(this))
      answer({});
  }

  /// Objects to the message at hand, if anybody has asked: an error that nobody
  /// expects would end most actors.
  void object(caf::error why) {
    if (!is_only_sent(this))
      answer(caf::make_message(std::move(why)));
  }

  // -- fetching ---------------------------------------------------------------

  void fetch(const fetch_options& opts, const receiver_link& via) {
    if (stopped_) {
      ++counters_.stopped;
      answer_with(caf::make_error(errc::stopped));
      return;
    }
    if (auto err = check(opts)) {
      ++counters_.failed;
      answer_with(std::move(err));
      return;
    }
    const auto newer_than = wanted_newer_than(opts);
    // In this order: a publication ends the request after it has its number.
    if (usable() && !slot_->renewal_requested()
        && token_.generation.count >= slot_->newest()
        && token_.generation.count > std::max(newer_than, floor_)) {
      ++counters_.hits;
      via.leave(token_);
      answer_with(token_);
      return;
    }
    renew(opts, newer_than, via);
  }

  caf::error check(const fetch_options& opts) const {
    if (auto err = validate(opts))
      return err;
    // Count 0 stands for "any", whoever's it is.
    if (opts.newer_than && opts.newer_than->count > 0)
      return check_published(*opts.newer_than, "newer_than");
    return {};
  }

  /// Whether `what` is a generation that this bearer has published.
  caf::error check_published(const generation& what,
                             std::string_view where) const {
    auto complain = [where](std::string_view about) {
      return caf::make_error(errc::unknown_generation,
                             std::string{where} + ": " + std::string{about});
    };
    if (what.id != id_)
      return complain("generation of another bearer");
    // The slot has it before we do.
    if (what.count == 0 || what.count > slot_->newest())
      return complain("this bearer has not published it");
    return {};
  }

  std::uint64_t wanted_newer_than(const fetch_options& opts) const noexcept {
    const auto named = opts.newer_than ? opts.newer_than->count : 0;
    return opts.renew_required ? std::max(named, slot_->newest()) : named;
  }

  bool usable() const {
    return !token_.access_token.empty() && slot_->now() < usable_until_;
  }

  void renew(const fetch_options& opts, std::uint64_t newer_than,
             const receiver_link& via) {
    slot_->hand_over();
    auto budget = opts.timeout.value_or(fetch_timeout_);
    if (opts.renew_request_timeout)
      budget = std::min(budget, *opts.renew_request_timeout);
    auto terms = fetch_terms{};
    // With the floor, because an urgent fetch overtakes the news of it.
    terms.newer_than = std::max(newer_than, floor_) & fetch_terms::most;
    terms.wants_outcome = opts.report_error;
    const auto urgent = current_message_id().is_urgent_message();
    hand_over({terms, budget, fetch_reply{this, via}},
              {opts.renew_synchronous, urgent});
  }

  void hand_over(miss what, miss_kind kind) {
    auto queue = last_message_.add(std::move(what), kind);
    if (!queue)
      return;
    const auto how = caf::make_message_id(kind.urgent
                                            ? caf::message_priority::high
                                            : caf::message_priority::normal);
    if (kind.synchronous)
      send(how, refresher_, renew_sync_atom_v, missed_fetches{queue});
    else
      send(how, refresher_, renew_async_atom_v, missed_fetches{queue});
  }

  /// For messages without misses in them.
  template <class... Ts>
  void tell_refresher(Ts&&... what) {
    last_message_.close();
    send(caf::make_message_id(), refresher_, std::forward<Ts>(what)...);
  }

  /// The same for the message at hand, which the refresher answers.
  template <class... Ts>
  void ask_refresher(Ts&&... what) {
    last_message_.close();
    pass_on(refresher_, std::forward<Ts>(what)...);
  }

  // -- wishes -----------------------------------------------------------------

  void reject(const generation& what) {
    if (stopped_) {
      confirm();
      return;
    }
    if (auto err = check_published(what, "reject")) {
      object(std::move(err));
      return;
    }
    if (!slot_->count_repeat(what)) {
      floor_ = std::max(floor_, what.count);
      slot_->raise_floor(floor_);
      if (token_.generation.count <= floor_)
        token_ = token{};
      tell_refresher(rejected_atom_v, what);
    }
    confirm();
  }

  void request_renewal() {
    if (!stopped_) {
      slot_->request_renewal();
      tell_refresher(request_renewal_atom_v);
    }
    confirm();
  }

  void prefetch() {
    if (!stopped_)
      tell_refresher(prefetch_atom_v);
    confirm();
  }

  // -- the refresher's messages -----------------------------------------------

  bool from_refresher() {
    return refresher_
           && current_sender().get()
                == caf::actor_cast<caf::actor_control_block*>(refresher_);
  }

  void publish(const token& what, caf::timestamp until) {
    if (!from_refresher()) {
      object(caf::make_error(errc::not_publisher, "publish"));
      return;
    }
    if (!stopped_ && what.generation.count > floor_) {
      token_ = what;
      usable_until_ = until;
      // Most likely it has been read, and need not take memory any more.
      last_message_.close();
    }
    confirm();
  }

  void withdraw(const generation& what) {
    if (!from_refresher()) {
      object(caf::make_error(errc::not_publisher, "withdraw"));
      return;
    }
    if (token_.generation == what)
      token_ = token{};
    confirm();
  }

  // -- subscriptions, state and end -------------------------------------------

  void subscribe(const event_listener& who) {
    if (refresher_) {
      ask_refresher(subscribe_atom_v, who, counters());
      return;
    }
    if (who)
      detail::anon_mail(who, event{slot_->now(), events::stopped{}});
    confirm();
  }

  void unsubscribe(const event_listener& who) {
    if (refresher_)
      ask_refresher(unsubscribe_atom_v, who);
    else
      confirm();
  }

  void snapshot() {
    if (refresher_) {
      ask_refresher(status_atom_v, counters());
      return;
    }
    auto result = status{};
    result.state = bearer_state::stopped;
    result.fetches = counters();
    answer(caf::make_message(std::move(result)));
  }

  /// Of all fetches that were answered on this side of the refresher.
  fetch_counters counters() const {
    auto result = fetch_counters{};
    result.hits = counters_.hits + slot_->hits();
    result.failed = counters_.failed;
    result.stopped = counters_.stopped;
    result.fast_reads = slot_->fast_reads();
    return result;
  }

  void retire() {
    stopped_ = true;
    token_ = token{};
    slot_->stop();
  }

  void stop() {
    retire();
    if (refresher_)
      tell_refresher(stop_atom_v);
    confirm();
  }

  void close(caf::timespan grace) {
    retire();
    if (refresher_)
      ask_refresher(close_atom_v, grace);
    else
      confirm();
  }

  void lose_refresher() {
    refresher_ = nullptr;
    slot_->abandon();
    retire();
  }

  /// Of all fetches that went no further.
  struct answered {
    std::uint64_t hits = 0;
    std::uint64_t failed = 0;
    std::uint64_t stopped = 0;
  };

  const std::uint64_t id_;
  const caf::timespan fetch_timeout_;
  const std::shared_ptr<detail::local_slot> slot_;

  /// None once it has been used.
  std::unique_ptr<refresher_maker> make_refresher_;

  refresher_actor refresher_;
  open_message last_message_;

  token token_;
  caf::timestamp usable_until_;

  /// The highest count rejected.
  std::uint64_t floor_ = 0;

  bool stopped_ = false;

  answered counters_;
};

} // namespace

cache_actor spawn_cache(caf::actor_system& sys, cache_config config) {
  return caf::actor_cast<cache_actor>(
    spawn_in_place<cache>(sys, std::move(config)));
}

} // namespace bearer::internal
