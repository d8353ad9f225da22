#include <bearer/detail/caf_compat.hpp>
#include <bearer/detail/saturating.hpp>
#include <bearer/internal/alarm.hpp>
#include <bearer/remote/detail/conversation.hpp>
#include <bearer/remote/detail/dialer.hpp>
#include <bearer/remote/detail/line.hpp>
#include <bearer/remote/detail/link.hpp>
#include <bearer/remote/detail/owner_list.hpp>
#include <bearer/remote/detail/standby.hpp>
#include <bearer/source/detail/budget.hpp>

#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>
#include <variant>

namespace bearer::remote::detail {

namespace {

using internal::steady_time;

class link_state {
public:
  static constexpr auto name = "bearer.link";

  link_state(link_actor::pointer self, link_config config)
    : self_(self),
      clock_(std::move(config.clock)),
      look_again_after_(config.settings.max_retry_timeout),
      owners_(config.owners),
      dialer_(self, std::move(config.network), config.loopback_only),
      standby_(std::move(config.fallback), config.settings, clock_),
      alarm_(self, [this] { ring(); }) {
    bearer::detail::ignore_errors(self_);
  }

  link_state(const link_state&) = delete;

  link_state& operator=(const link_state&) = delete;

  ~link_state() {
    end_job(caf::make_error(errc::source_down, "the link has ended"));
  }

  link_actor::behavior_type make_behavior() {
    return {
      [this](fetch_atom, const attempt& what) { return fetch(what); },
      [this](close_atom, caf::timespan grace) { return close(grace); },
      [this](subscribe_atom, const caf::weak_actor_ptr& who) { serve(who); },
      [this](fetch_atom, const answer& what) {
        if (from_line())
          go_on(what);
      },
      [this](publish_atom, const generation& what) {
        if (from_line())
          hear_of(what);
      },
      [this](rejected_atom, const generation& what) {
        if (from_line())
          to_refresher(rejected_atom_v, what);
      },
      [this](lost_atom) {
        if (from_line())
          lose_line();
      },
    };
  }

private:
  /// The attempt under way.
  struct job {
    caf::typed_response_promise<token> promise;
    conversation talk;
    steady_time deadline;

    /// When the owner must have answered.
    steady_time patience;

    /// How many addresses were tried.
    std::size_t tried = 0;

    /// Whether the fallback is being asked.
    bool fallen_back = false;

    /// Of the question that was asked last.
    std::uint64_t number = 0;
    caf::timestamp asked = {};
  };

  // -- the refresher ----------------------------------------------------------

  void serve(const caf::weak_actor_ptr& who) {
    refresher_ = who;
    itself_ = self_->ctrl();
    if (auto hdl = caf::actor_cast<refresher_actor>(who))
      bearer::detail::monitor(self_, hdl,
                              [this](const caf::error&) { self_->quit(); });
    else
      self_->quit();
  }

  template <class... Ts>
  void to_refresher(Ts&&... xs) {
    if (auto hdl = caf::actor_cast<refresher_actor>(refresher_))
      bearer::detail::mail(self_, std::forward<Ts>(xs)...).send(hdl);
  }

  caf::result<token> fetch(const attempt& what) {
    end_job(caf::make_error(errc::source_down, "another attempt has begun"));
    const auto now = self_->clock().now();
    const auto budget = bearer::detail::inner_budget(what.budget);
    const auto owners_share = standby_ ? budget / 2 : budget;
    job_.emplace(job{self_->make_response_promise<token>(), conversation{what},
                     bearer::detail::saturating_add(now, budget),
                     bearer::detail::saturating_add(now, owners_share)});
    auto result = job_->promise;
    alarm_.set(job_->patience);
    if (line_)
      ask(job_->talk.begin());
    else
      dial();
    return result;
  }

  void succeed(token what) {
    auto promise = std::exchange(job_, std::nullopt)->promise;
    promise.deliver(std::move(what));
  }

  void fail(caf::error why) {
    auto promise = std::exchange(job_, std::nullopt)->promise;
    promise.deliver(std::move(why));
  }

  void end_job(caf::error why) {
    dialer_.hang_up();
    if (job_)
      fail(std::move(why));
  }

  /// The time of the attempt, or the owner's part of it, is over.
  void ring() {
    if (!job_)
      return;
    const auto now = self_->clock().now();
    if (now >= job_->patience && !job_->fallen_back)
      do_without_owner(
        caf::make_error(errc::connection_failed, "no answer in time"));
    else if (now >= job_->deadline)
      fail(owners_.error("nor has the fallback a token"));
    if (job_)
      alarm_.set(job_->fallen_back ? job_->deadline : job_->patience);
  }

  // -- the way to the owner ---------------------------------------------------

  bool from_line() const {
    return line_
           && self_->current_sender().get()
                == caf::actor_cast<caf::actor_control_block*>(line_);
  }

  void dial() {
    if (job_->tried++ == owners_.size()) {
      do_without_owner({});
      return;
    }
    // Others want to be tried in what time there is, too.
    const auto now = self_->clock().now();
    const auto left = (job_->patience - now)
                      / static_cast<int>(owners_.size() + 1 - job_->tried);
    dialer_.call(owners_.current(), now + left,
                 [this](caf::expected<gate_actor> found) {
                   if (found)
                     connect(*found);
                   else
                     dial_next(found.error());
                 });
  }

  void dial_next(const caf::error& why) {
    owners_.note(why, clock_());
    owners_.move_on();
    dial();
  }

  void connect(const gate_actor& gate) {
    line_ = spawn_line(self_->system(), caf::actor_cast<link_actor>(self_),
                       gate);
    ask(job_->talk.begin());
  }

  /// Another connection may do better.
  void drop_line() {
    if (line_)
      bearer::detail::mail(self_, stop_atom_v).send(line_);
    line_ = nullptr;
    owners_.move_on();
  }

  void lose_line() {
    line_ = nullptr;
    owners_.note(caf::make_error(errc::connection_failed, "connection lost"),
                 clock_());
    if (!job_)
      to_refresher(lost_atom_v);
    else if (!job_->fallen_back)
      dial();
  }

  void do_without_owner(const caf::error& why) {
    dialer_.hang_up();
    if (why)
      owners_.note(why, clock_());
    drop_line();
    if (!standby_) {
      fail(owners_.error({}));
      return;
    }
    job_->fallen_back = true;
    ask_fallback(job_->talk.begin());
  }

  // -- the conversation -------------------------------------------------------

  question prepare(question what, steady_time until) {
    what.number = job_->number = ++questions_;
    // So that the owner's reason comes before the time is over.
    what.budget = bearer::detail::inner_budget(until - self_->clock().now());
    job_->asked = clock_();
    return what;
  }

  void ask(question what) {
    bearer::detail::mail(self_, fetch_atom_v, prepare(what, job_->patience))
      .send(line_);
  }

  void go_on(const answer& what) {
    owners_.answered();
    if (!job_ || job_->fallen_back || what.number != job_->number)
      return;
    auto next = job_->talk.go_on(what, job_->asked);
    if (const auto* more = std::get_if<question>(&next)) {
      ask(*more);
      return;
    }
    // Whoever stands by may rest.
    standby_.rest();
    settle(std::get<caf::expected<token>>(std::move(next)));
  }

  void settle(caf::expected<token> outcome) {
    if (!outcome) {
      fail(std::move(outcome.error()));
      return;
    }
    given_ = outcome->generation;
    succeed(std::move(*outcome));
    // What came while it was asked for something older.
    if (heard_of_.id == given_.id && heard_of_.count > given_.count)
      to_refresher(news_atom_v);
  }

  void hear_of(const generation& what) {
    heard_of_ = what;
    const auto known = what.id == given_.id && what.count <= given_.count;
    if (!known && !job_)
      to_refresher(news_atom_v);
  }

  // -- the fallback -----------------------------------------------------------

  void ask_fallback(question what) {
    auto desk = standby_.wake(self_->system());
    if (!desk) {
      fail(std::move(desk.error()));
      return;
    }
    what = prepare(what, job_->deadline);
    bearer::detail::mail(self_, fetch_atom_v, what)
      .request(*desk, caf::infinite)
      .then(
        [this, number = what.number](const answer& found) {
          if (job_ && job_->number == number)
            hear_fallback(found);
        },
        [](const caf::error&) { /* the time will be over */ });
  }

  void hear_fallback(const answer& what) {
    auto next = job_->talk.go_on(what, job_->asked);
    if (const auto* more = std::get_if<question>(&next)) {
      ask_fallback(*more);
      return;
    }
    auto& outcome = std::get<caf::expected<token>>(next);
    if (!outcome) {
      fail(owners_.error("nor has the fallback a token: "
                         + caf::to_string(outcome.error())));
      return;
    }
    // To see whether the owner is back.
    outcome->refresh_after = look_again_after_;
    settle(std::move(outcome));
  }

  caf::result<void> close(caf::timespan grace) {
    end_job(caf::make_error(errc::source_down, "the link is closed"));
    if (line_)
      bearer::detail::mail(self_, stop_atom_v).send(line_);
    line_ = nullptr;
    standby_.rest();
    const auto& source = standby_.source().closer();
    if (!source)
      return caf::unit;
    auto promise = self_->make_response_promise<void>();
    bearer::detail::mail(self_, close_atom_v, grace)
      .request(source, caf::infinite)
      .then([promise]() mutable { promise.deliver(); },
            [promise](const caf::error&) mutable { promise.deliver(); });
    return promise;
  }

  link_actor::pointer self_;
  wall_clock clock_;

  /// How long a token of the fallback's keeps the link from trying the owner.
  caf::timespan look_again_after_;

  caf::weak_actor_ptr refresher_;

  /// Keeps this actor until it quits, with the refresher, which may let go of
  /// it before it hears of that.
  caf::strong_actor_ptr itself_;

  owner_list owners_;
  dialer<link_actor::impl> dialer_;
  line_hub line_;
  standby standby_;

  std::optional<job> job_;
  std::uint64_t questions_ = 0;

  /// The owner's numbers of the token given last, and of the newest one that
  /// the owner has told of.
  generation given_;
  generation heard_of_;

  internal::alarm<link_actor::impl> alarm_;
};

} // namespace

link_actor spawn_link(caf::actor_system& sys, link_config config) {
  using impl = caf::stateful_actor<link_state, link_actor::impl>;
  return sys.spawn<impl>(std::move(config));
}

} // namespace bearer::remote::detail
