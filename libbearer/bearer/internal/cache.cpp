#include <bearer/detail/caf_compat.hpp>
#include <bearer/detail/monitor.hpp>
#include <bearer/error.hpp>
#include <bearer/internal/answer.hpp>
#include <bearer/internal/cache.hpp>
#include <bearer/internal/fetch_reply.hpp>
#include <bearer/internal/miss_queue.hpp>

#include <caf/actor_system.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace bearer::internal {

namespace {

class cache_state {
public:
  static constexpr auto name = "bearer.cache";

  cache_state(cache_actor::pointer self, cache_config config)
    : self_(self), config_(std::move(config)) {
    detail::ignore_errors(self_);
  }

  cache_state(const cache_state&) = delete;

  cache_state& operator=(const cache_state&) = delete;

  ~cache_state() {
    config_.slot->vanish();
  }

  cache_actor::behavior_type make_behavior() {
    // Before anybody can know the refresher, and only for this one use.
    auto make_refresher = std::exchange(config_.make_refresher, nullptr);
    refresher_ = make_refresher(caf::actor_cast<cache_actor>(self_));
    detail::watch(self_, refresher_,
                  [this](const caf::error&) { lose_refresher(); });
    return {
      [this](fetch_atom, const fetch_options& opts) { return fetch(opts, {}); },
      [this](fetch_atom, const fetch_options& opts, const receiver_link& via) {
        return fetch(opts, via);
      },
      [this](reject_atom, const generation& what) { return reject(what); },
      [this](request_renewal_atom) { request_renewal(); },
      [this](prefetch_atom) { prefetch(); },
      [this](subscribe_atom, const event_listener& who) {
        return subscribe(who);
      },
      [this](unsubscribe_atom, const event_listener& who) {
        return unsubscribe(who);
      },
      [this](status_atom) { return snapshot(); },
      [this](stop_atom) { stop(); },
      [this](close_atom, caf::timespan grace) { return close(grace); },
      [this](publish_atom, const token& what, caf::timestamp until) {
        return publish(what, until);
      },
      [this](withdraw_atom, const generation& what) { return withdraw(what); },
    };
  }

private:
  // -- fetching ---------------------------------------------------------------

  caf::result<token> fetch(const fetch_options& opts,
                           const receiver_link& via) {
    if (stopped_) {
      ++counters_.stopped;
      return answer<token>(self_, caf::make_error(errc::stopped));
    }
    if (auto err = check(opts)) {
      ++counters_.failed;
      return answer<token>(self_, std::move(err));
    }
    const auto newer_than = wanted_newer_than(opts);
    if (usable() && token_.generation.count > std::max(newer_than, floor_)
        && !hold_ && token_.generation.count >= config_.slot->newest()) {
      ++counters_.hits;
      via.leave(token_);
      return answer<token>(self_, token_);
    }
    return renew(opts, newer_than, via);
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
    if (what.id != config_.id)
      return complain("generation of another bearer");
    // Urgent fetches may be ahead of the news of it, and let others pass.
    if (what.count == 0
        || what.count > std::max(newest_, config_.slot->newest()))
      return complain("this bearer has not published it");
    return {};
  }

  std::uint64_t wanted_newer_than(const fetch_options& opts) const noexcept {
    const auto named = opts.newer_than ? opts.newer_than->count : 0;
    if (!opts.renew_required)
      return named;
    // Its publication may be on its way to here, and with somebody already.
    const auto newest = config_.slot->newest();
    return std::max({named, token_.generation.count, newest});
  }

  bool usable() const {
    return !token_.access_token.empty() && config_.slot->now() < usable_until_;
  }

  caf::result<token> renew(const fetch_options& opts, std::uint64_t newer_than,
                           const receiver_link& via) {
    config_.slot->hand_over();
    auto budget = opts.timeout.value_or(config_.fetch_timeout);
    if (opts.renew_request_timeout)
      budget = std::min(budget, *opts.renew_request_timeout);
    auto terms = fetch_terms{};
    // With the floor, because an urgent fetch overtakes the news of it.
    terms.newer_than = std::max(newer_than, floor_) & fetch_terms::most;
    terms.wants_outcome = opts.report_error;
    hand_over({terms, budget, fetch_reply{self_, via}},
              {opts.renew_synchronous,
               self_->current_message_id().is_urgent_message()});
    return later;
  }

  void hand_over(miss what, miss_kind kind) {
    auto queue = last_message_.add(std::move(what), kind);
    if (!queue)
      return;
    if (kind.synchronous)
      send(renew_sync_atom_v, std::move(queue), kind.urgent);
    else
      send(renew_async_atom_v, std::move(queue), kind.urgent);
  }

  template <class Atom>
  void send(Atom how, std::shared_ptr<miss_queue> what, bool urgent) {
    const auto content = missed_fetches{std::move(what)};
    if (urgent)
      detail::mail(self_, how, content).urgent().send(refresher_);
    else
      detail::mail(self_, how, content).send(refresher_);
  }

  /// For messages without misses in them.
  const refresher_actor& refresher() noexcept {
    last_message_.close();
    return refresher_;
  }

  // -- wishes -----------------------------------------------------------------

  caf::result<void> reject(const generation& what) {
    if (stopped_)
      return caf::unit;
    if (auto err = check_published(what, "reject"))
      return object(self_, std::move(err));
    if (config_.slot->count_repeat(what))
      return caf::unit;
    floor_ = std::max(floor_, what.count);
    config_.slot->raise_floor(floor_);
    if (token_.generation.count <= floor_)
      token_ = token{};
    detail::mail(self_, rejected_atom_v, what).send(refresher());
    return caf::unit;
  }

  void request_renewal() {
    if (stopped_)
      return;
    hold_ = true;
    config_.slot->request_renewal();
    detail::mail(self_, request_renewal_atom_v).send(refresher());
  }

  void prefetch() {
    if (!stopped_)
      detail::mail(self_, prefetch_atom_v).send(refresher());
  }

  // -- the refresher's messages -----------------------------------------------

  bool from_refresher() const {
    return refresher_
           && self_->current_sender().get()
                == caf::actor_cast<caf::actor_control_block*>(refresher_);
  }

  caf::result<void> publish(const token& what, caf::timestamp until) {
    if (!from_refresher())
      return object(self_, caf::make_error(errc::not_publisher, "publish"));
    if (stopped_ || what.generation.count <= floor_)
      return caf::unit;
    token_ = what;
    usable_until_ = until;
    newest_ = std::max(newest_, what.generation.count);
    hold_ = false;
    // Most likely it has been read, and need not take memory any more.
    last_message_.close();
    return caf::unit;
  }

  caf::result<void> withdraw(const generation& what) {
    if (!from_refresher())
      return object(self_, caf::make_error(errc::not_publisher, "withdraw"));
    if (token_.generation == what)
      token_ = token{};
    return caf::unit;
  }

  // -- subscriptions, state and end -------------------------------------------

  caf::result<void> subscribe(const event_listener& who) {
    if (refresher_)
      return detail::mail(self_, subscribe_atom_v, who, counters())
        .delegate(refresher());
    if (who)
      detail::anon_mail(who, event{config_.slot->now(), events::stopped{}});
    return caf::unit;
  }

  caf::result<void> unsubscribe(const event_listener& who) {
    if (refresher_)
      return detail::mail(self_, unsubscribe_atom_v, who).delegate(refresher());
    return caf::unit;
  }

  caf::result<status> snapshot() {
    if (refresher_)
      return detail::mail(self_, status_atom_v, counters())
        .delegate(refresher());
    auto result = status{};
    result.state = bearer_state::stopped;
    result.fetches = counters();
    return answer(self_, caf::expected<status>{std::move(result)});
  }

  /// Of all fetches that were answered on this side of the refresher.
  fetch_counters counters() const {
    auto result = counters_;
    result.hits += config_.slot->hits();
    result.fast_reads = config_.slot->fast_reads();
    return result;
  }

  void retire() {
    stopped_ = true;
    hold_ = false;
    token_ = token{};
    config_.slot->stop();
  }

  void stop() {
    retire();
    if (refresher_)
      detail::mail(self_, stop_atom_v).send(refresher());
  }

  caf::result<void> close(caf::timespan grace) {
    retire();
    if (!refresher_)
      return caf::unit;
    return detail::mail(self_, close_atom_v, grace).delegate(refresher());
  }

  void lose_refresher() {
    refresher_ = nullptr;
    config_.slot->abandon();
    retire();
  }

  cache_actor::pointer self_;
  cache_config config_;
  refresher_actor refresher_;
  open_message last_message_;

  token token_;
  caf::timestamp usable_until_;

  /// The highest count published and the highest count rejected.
  std::uint64_t newest_ = 0;
  std::uint64_t floor_ = 0;

  /// A renewal was requested and nothing was published since.
  bool hold_ = false;
  bool stopped_ = false;

  fetch_counters counters_;
};

} // namespace

cache_actor spawn_cache(caf::actor_system& sys, cache_config config) {
  using impl = caf::stateful_actor<cache_state, cache_actor::impl>;
  // Not run before somebody needs it: most bearers of a large family are idle.
  return sys.spawn<impl, caf::lazy_init>(std::move(config));
}

} // namespace bearer::internal
