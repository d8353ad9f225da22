#include <bearer/detail/caf_compat.hpp>
#include <bearer/detail/monitor.hpp>
#include <bearer/error.hpp>
#include <bearer/internal/alarm.hpp>
#include <bearer/remote/detail/dialer.hpp>
#include <bearer/remote/detail/error_text.hpp>
#include <bearer/remote/detail/inquiry.hpp>
#include <bearer/remote/detail/line.hpp>
#include <bearer/remote/detail/link.hpp>
#include <bearer/remote/detail/owner_list.hpp>
#include <bearer/remote/detail/owner_news.hpp>
#include <bearer/remote/detail/standby.hpp>

#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace bearer::remote::detail {

namespace {

class link_state {
public:
  static constexpr auto name = "bearer.link";

  link_state(link_actor::pointer self, link_config config)
    : self_(self),
      clock_(std::move(config.clock)),
      look_again_after_(config.settings.max_retry_timeout),
      owners_(config.owners),
      dialer_(self, std::move(config.way)),
      standby_(std::move(config.fallback), config.settings, clock_),
      alarm_(self) {
    bearer::detail::ignore_errors(self_);
  }

  link_state(const link_state&) = delete;

  link_state& operator=(const link_state&) = delete;

  ~link_state() {
    give_up("the link has ended");
  }

  link_actor::behavior_type make_behavior() {
    return {
      [this](fetch_atom, const attempt& what) { return fetch(what); },
      [this](close_atom, caf::timespan grace) { return close(grace); },
      [this](subscribe_atom, const caf::weak_actor_ptr& who) { serve(who); },
      [this](const event& what) {
        if (std::holds_alternative<events::stopped>(what.what))
          stop();
      },
      [this](fetch_atom, std::uint64_t number) {
        if (from_line())
          hear_from_owner(number);
      },
      [this](fetch_atom, const answer& what) {
        if (from_line())
          hear(what);
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
  inquiry::moment now() const {
    return {self_->clock().now(), clock_()};
  }

  // -- the refresher ----------------------------------------------------------

  void serve(const caf::weak_actor_ptr& who) {
    refresher_ = who;
    itself_ = self_->ctrl();
    auto hdl = caf::actor_cast<refresher_actor>(who);
    if (!hdl) {
      self_->quit();
      return;
    }
    bearer::detail::watch(self_, hdl,
                          [this](const caf::error&) { self_->quit(); });
    to_refresher(subscribe_atom_v, caf::actor_cast<event_listener>(self_),
                 fetch_counters{});
  }

  template <class... Ts>
  void to_refresher(Ts&&... xs) {
    if (auto hdl = caf::actor_cast<refresher_actor>(refresher_))
      bearer::detail::mail(self_, std::forward<Ts>(xs)...).send(hdl);
  }

  // -- attempts ---------------------------------------------------------------

  caf::result<token> fetch(const attempt& what) {
    // On its way when the refresher stopped.
    if (stopped_)
      return caf::make_error(errc::source_stopped);
    give_up("another attempt has begun");
    asked_ = what.serial;
    auto result = self_->make_response_promise<token>();
    attempt_.emplace(result, what, static_cast<bool>(standby_), now());
    if (line_)
      ask(attempt_->begin(++questions_, now()));
    else
      dial();
    return result;
  }

  void finish(caf::expected<token> outcome) {
    std::exchange(attempt_, std::nullopt)->finish(std::move(outcome));
  }

  void give_up(const char* why) {
    dialer_.hang_up();
    if (attempt_)
      finish(caf::make_error(errc::source_down, why));
  }

  void set_alarm() {
    const auto end = attempt_->deadline();
    alarm_.set(std::min(confirm_by_.value_or(end), end), [this] { ring(); });
  }

  /// The time of whoever is being asked is over.
  void ring() {
    if (!attempt_)
      return;
    const auto silence = caf::make_error(errc::connection_failed,
                                         "no answer in time");
    const auto over = attempt_->overdue(now());
    if (over && attempt_->fallen_back())
      fail_both("nor has the fallback a token");
    else if (over)
      do_without_owner(silence);
    else if (confirm_by_ && now().steady >= *confirm_by_)
      leave_owner(silence);
    else
      set_alarm();
  }

  // -- the way to the owner ---------------------------------------------------

  bool from_line() const {
    return line_
           && self_->current_sender().get()
                == caf::actor_cast<caf::actor_control_block*>(line_);
  }

  void dial() {
    const auto number = attempt_->next_owner();
    if (number > owners_.size()) {
      do_without_owner({});
      return;
    }
    expect_confirmation({});
    expect_answer();
    // Others want to be tried in what time there is, too.
    const auto start = now().steady;
    const auto share = (attempt_->deadline() - start)
                       / static_cast<int>(owners_.size() + 1 - number);
    dialer_.call(owners_.current(), start + share,
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
    ask(attempt_->begin(++questions_, now()));
  }

  void drop_line() {
    if (line_)
      bearer::detail::mail(self_, stop_atom_v).send(line_);
    line_ = nullptr;
  }

  void lose_line() {
    line_ = nullptr;
    owners_.note(caf::make_error(errc::connection_failed, "connection lost"),
                 clock_());
    if (!attempt_) {
      // In a backoff nothing else tells of it.
      tell_obstacle(owners_.error());
      to_refresher(lost_atom_v, asked_);
    } else if (!attempt_->fallen_back()) {
      dial();
    }
  }

  void do_without_owner(const caf::error& why) {
    dialer_.hang_up();
    if (why)
      owners_.note(why, heard_at_.value_or(clock_()));
    drop_line();
    // Another one may do better.
    owners_.move_on();
    if (!standby_) {
      finish(owners_.error());
      return;
    }
    tell_obstacle(owners_.error());
    attempt_->fall_back();
    expect_confirmation({});
    ask_fallback(attempt_->begin(++questions_, now()));
  }

  // -- the conversation -------------------------------------------------------

  void ask(const question& what) {
    heard_at_.reset();
    bearer::detail::mail(self_, fetch_atom_v, what).send(line_);
    // Others want to be tried, too, if this one says nothing at all.
    expect_confirmation(attempt_->time_to_confirm(owners_.size(), now()));
    expect_answer();
  }

  /// @param until None if nothing is to be confirmed.
  void expect_confirmation(std::optional<inquiry::steady_time> until) {
    confirm_by_ = until;
    set_alarm();
  }

  void expect_answer() {
    owners_.asked(clock_());
    tell_obstacle(owners_.error());
  }

  /// For fetches that have no time to wait until we know more. Urgent, as the
  /// end of an attempt is, which must not overtake it.
  void tell_obstacle(const caf::error& what) {
    if (auto hdl = caf::actor_cast<refresher_actor>(refresher_))
      bearer::detail::mail(self_, obstacle_atom_v, asked_, what)
        .urgent()
        .send(hdl);
  }

  /// It is there, and works at this question.
  void hear_from_owner(std::uint64_t number) {
    if (!attempt_ || attempt_->fallen_back() || !attempt_->awaits(number))
      return;
    owners_.answered();
    heard_at_ = clock_();
    expect_confirmation({});
    tell_obstacle({});
  }

  void hear(const answer& what) {
    // To no question: there is no room for us.
    if (what.number == 0) {
      leave_owner(reason_of(what));
      return;
    }
    if (!attempt_ || attempt_->fallen_back()
        || !attempt_->awaits(what.number)) {
      owners_.answered();
      return;
    }
    // The latter if it is a replica itself: another one may have a way.
    if (what.code == errc::stopped || what.code == errc::owner_unreachable) {
      leave_owner(reason_of(what));
      return;
    }
    owners_.answered();
    auto next = attempt_->go_on(what, ++questions_, now());
    if (const auto* more = std::get_if<question>(&next)) {
      ask(*more);
      return;
    }
    // Whoever stands by may rest.
    standby_.rest();
    settle(std::get<caf::expected<token>>(std::move(next)));
  }

  /// It will have no token for us, though another one may.
  void leave_owner(const caf::error& why) {
    drop_line();
    if (attempt_ && !attempt_->fallen_back()) {
      dial_next(why);
      return;
    }
    owners_.note(why, clock_());
    owners_.move_on();
  }

  void settle(caf::expected<token> outcome) {
    const auto outdated = outcome && news_.give(outcome->generation);
    finish(std::move(outcome));
    if (outdated)
      to_refresher(news_atom_v, asked_);
  }

  void hear_of(const generation& what) {
    if (news_.hear_of(what) && !attempt_)
      to_refresher(news_atom_v, asked_);
  }

  // -- the fallback -----------------------------------------------------------

  void ask_fallback(const question& what) {
    auto desk = standby_.wake(self_->system());
    if (!desk) {
      finish(std::move(desk.error()));
      return;
    }
    // Infinite, because our alarm bounds the attempt.
    bearer::detail::mail(self_, fetch_atom_v, what)
      .request(*desk, caf::infinite)
      .then(
        [this, number = what.number](const answer& found) {
          if (attempt_ && attempt_->awaits(number))
            hear_fallback(found);
        },
        [](const caf::error&) { /* the time will be over */ });
  }

  void hear_fallback(const answer& what) {
    auto next = attempt_->go_on(what, ++questions_, now());
    if (const auto* more = std::get_if<question>(&next)) {
      ask_fallback(*more);
      return;
    }
    auto& outcome = std::get<caf::expected<token>>(next);
    if (!outcome) {
      fail_both("nor has the fallback a token: "
                + caf::to_string(outcome.error()));
      return;
    }
    owners_.add({});
    // To see whether the owner is back.
    outcome->refresh_after = look_again_after_;
    settle(std::move(outcome));
  }

  /// Says so until one of the two has a token.
  void fail_both(std::string why) {
    owners_.add(std::move(why));
    finish(owners_.error());
  }

  // -- the end ----------------------------------------------------------------

  /// What is under way is of use to nobody any more: the refresher has stopped.
  void stop() {
    stopped_ = true;
    give_up("the replica has stopped");
    drop_line();
    standby_.rest();
  }

  caf::result<void> close(caf::timespan grace) {
    stop();
    const auto& source = standby_.source().closer();
    if (!source)
      return caf::unit;
    auto promise = self_->make_response_promise<void>();
    // Infinite, because the refresher, with which we end, bounds the grace.
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

  std::optional<inquiry> attempt_;

  /// By when the last question has to be confirmed, and when it was.
  std::optional<inquiry::steady_time> confirm_by_;
  std::optional<caf::timestamp> heard_at_;

  /// The serial of the last attempt, and how many questions there were in all.
  std::uint64_t asked_ = 0;
  std::uint64_t questions_ = 0;

  owner_news news_;

  internal::alarm<link_actor::impl> alarm_;
  bool stopped_ = false;
};

} // namespace

link_actor spawn_link(caf::actor_system& sys, link_config config) {
  using impl = caf::stateful_actor<link_state, link_actor::impl>;
  return sys.spawn<impl>(std::move(config));
}

} // namespace bearer::remote::detail
